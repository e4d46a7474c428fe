using System.Globalization;
using Estiba.Contracts.CloudWatch;
using Estiba.Ecs.Services;
using Estiba.Hosting.Metrics;
using Estiba.State;

namespace Estiba.Ecs.Metrics;

/// <summary>
/// The metrics of Service Connect in the namespace <c>AWS/ECS</c>, as far as the proxies of clients know them ("Amazon
/// ECS CloudWatch metrics", developer guide).
/// </summary>
internal static class ServiceConnectMetrics
{
    private const string Namespace = "AWS/ECS";

    internal static IEnumerable<MetricSample> Of(View view, UsageMinute minute) =>
        minute.Connections.SelectMany(entry => Of(view, minute.Start, entry.Key, entry.Value));

    private static IEnumerable<MetricSample> Of(
        View view,
        DateTimeOffset minute,
        EndpointName name,
        ConnectionUsage usage
    )
    {
        if (
            view.Where(EcsTables.Services, EcsTables.ServicesOfNamespace, name.Namespace)
                .FirstOrDefault(its => its.ServiceConnect!.Endpoints.Any(Is))
            is not { } service
        )
            yield break;
        var isTcp = service.ServiceConnect!.Endpoints.First(Is).AppProtocol is null;
        Dimension[] own = [Named("DiscoveryName", name.DiscoveryName)];
        Dimension[] within = [.. own, Named("ServiceName", service.Name), Named("ClusterName", service.Cluster)];
        foreach (var dimensions in new[] { own, within })
        {
            yield return Count("ActiveConnectionCount", usage.ActiveConnections, dimensions);
            yield return Count("NewConnectionCount", usage.NewConnections, dimensions);
            yield return isTcp
                ? Sample("ProcessedBytes", StandardUnit.Bytes, Spread.Of(usage.ProcessedBytes), dimensions)
                : Count("RequestCount", usage.Requests, dimensions);
        }

        Dimension[] target = [Named("TargetDiscoveryName", name.DiscoveryName)];
        for (var kind = 2; kind < usage.Responses.Length; kind++)
        {
            var metric = string.Create(CultureInfo.InvariantCulture, $"HTTPCode_Target_{kind}XX_Count");
            if (usage.Responses[kind] > 0)
                yield return Count(metric, usage.Responses[kind], target);
        }

        if (usage.ResponseTime.Count > 0)
            yield return Sample("TargetResponseTime", StandardUnit.Milliseconds, usage.ResponseTime, target);

        bool Is(ServiceConnect.ServiceConnectEndpoint endpoint) => endpoint.DiscoveryName == name.DiscoveryName;

        MetricSample Count(string metric, long value, Dimension[] dimensions) =>
            Sample(metric, StandardUnit.Count, Spread.Of(value), dimensions);

        MetricSample Sample(string metric, string unit, Spread spread, Dimension[] dimensions) =>
            MetricSample.Of(service.Scope, Namespace, metric, unit, dimensions, minute, spread);
    }

    private static Dimension Named(string name, string value) => new() { Name = name, Value = value };
}
