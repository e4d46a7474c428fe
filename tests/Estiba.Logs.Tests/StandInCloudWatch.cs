using System.Globalization;
using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;

namespace Estiba.Logs.Tests;

/// <summary>CloudWatch, which only notes what it is given.</summary>
internal sealed class StandInCloudWatch : ICloudWatchApi
{
    internal List<(string Namespace, MetricDatum Datum)> Data { get; } = [];

    /// <summary>Namespaces whose values are refused.</summary>
    internal HashSet<string> Refused { get; } = [];

    /// <summary>What was put into a namespace, each datum in a line: the metric, its dimensions, its values, and how
    /// often each of them.</summary>
    internal List<string> In(string nameSpace) =>
        [
            .. Data.Where(put => put.Namespace == nameSpace)
                .Select(put => Describe(put.Datum))
                .Order(StringComparer.Ordinal),
        ];

    public Task<PutMetricDataResponse> PutMetricDataAsync(
        PutMetricDataInput request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (Refused.Contains(request.Namespace!))
            throw new AwsException("InvalidParameterValue", "refused", 400);
        context.Service.ShouldBe("logs.amazonaws.com");
        Data.AddRange(request.MetricData!.Select(datum => (request.Namespace!, datum)));
        return Task.FromResult(new PutMetricDataResponse());
    }

    private static string Describe(MetricDatum datum)
    {
        var dimensions = string.Join(",", datum.Dimensions!.Select(its => $"{its.Name}={its.Value}"));
        var values =
            datum.StatisticValues is { } set ? $"{Text(set.Sum)} of {Text(set.SampleCount)}"
            : datum.Value is { } value ? Text(value)
            : string.Join(",", datum.Values!.Zip(datum.Counts!, (each, count) => $"{Text(each)}x{Text(count)}"));
        return $"{datum.MetricName}[{dimensions}] {values} {datum.Unit}";
    }

    private static string Text(double? value) => value!.Value.ToString(CultureInfo.InvariantCulture);
}
