using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;

namespace Estiba.Hosting.Metrics;

/// <summary>Hands what a service measured to CloudWatch, through its API as anybody could.</summary>
/// <param name="service">As whom, for example <c>ecs.amazonaws.com</c>: only services may write to namespaces of
/// AWS.</param>
/// <param name="cloudWatch">Called as that service.</param>
/// <param name="requestId">Makes request ids.</param>
public sealed class MetricPublisher(string service, ICloudWatchApi cloudWatch, Func<string> requestId)
{
    /// <summary>How many metrics a request may have ("PutMetricData", API reference).</summary>
    private const int MetricsOfRequest = 1000;

    /// <summary>Publishes samples.</summary>
    /// <exception cref="AwsException">CloudWatch could not take them, or some of them.</exception>
    public async Task PublishAsync(IEnumerable<MetricSample> samples, CancellationToken cancellation)
    {
        foreach (var group in samples.GroupBy(sample => (sample.Scope, sample.Namespace)))
        {
            var context = new CallContext
            {
                AccountId = group.Key.Scope.AccountId,
                Region = group.Key.Scope.Region,
                PrincipalArn = service,
                AccessKeyId = "",
                RequestId = requestId(),
                Service = service,
            };
            foreach (var data in group.Select(sample => sample.Datum).Chunk(MetricsOfRequest))
                await cloudWatch.PutMetricDataAsync(
                    new PutMetricDataInput { Namespace = group.Key.Namespace, MetricData = data },
                    context,
                    cancellation
                );
        }
    }
}
