using System.Globalization;
using Estiba.Contracts.CloudWatch;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Services;
using Estiba.Hosting.Metrics;
using Estiba.State;

namespace Estiba.Ecs.Metrics;

/// <summary>
/// The metrics of Service Connect in the namespace <c>AWS/ECS</c> ("Amazon ECS CloudWatch metrics", developer guide).
/// There is no proxy before the task that answers: what it processed is what the client's sent there.
/// </summary>
internal static class ServiceConnectMetrics
{
    private const string Namespace = "AWS/ECS";
    private const string Grpc = "grpc";

    internal static IEnumerable<MetricSample> Of(View view, UsageMinute minute) =>
        minute
            .Connections.GroupBy(entry => (entry.Key.Namespace, entry.Key.DiscoveryName))
            .SelectMany(its =>
                Of(view, minute.Start, its.Key, its.ToDictionary(each => each.Key.Client ?? "", each => each.Value))
            );

    private static IEnumerable<MetricSample> Of(
        View view,
        DateTimeOffset minute,
        (string Namespace, string DiscoveryName) name,
        Dictionary<string, ConnectionUsage> usageByClient
    )
    {
        if (
            view.Where(EcsTables.Services, EcsTables.ServicesOfNamespace, name.Namespace)
                .FirstOrDefault(its => its.ServiceConnect!.Endpoints.Any(Is))
            is not { } service
        )
            yield break;
        var protocol = service.ServiceConnect!.Endpoints.First(Is).AppProtocol;
        var all = ConnectionUsage.Of(usageByClient.Values);
        Dimension[] own = [Named("DiscoveryName", name.DiscoveryName)];
        foreach (var dimensions in new[] { own, [.. own, .. DimensionsOf(service)] })
        {
            yield return Count("ActiveConnectionCount", all.ActiveConnections, dimensions);
            yield return Count("NewConnectionCount", all.NewConnections, dimensions);
            yield return Sample("ProcessedBytes", StandardUnit.Bytes, Spread.Of(all.ProcessedBytes), dimensions);
            if (protocol is not null)
                yield return Count("RequestCount", all.Requests, dimensions);
            if (protocol == Grpc)
                yield return Count("GrpcRequestCount", all.Requests, dimensions);
        }

        var targets = view.Where(EcsTables.Tasks, EcsTables.ConnectedTasks, name.Namespace)
            .Count(task => task.LastStatus == TaskStatus.Running && task.Connection!.Endpoints.Any(each => Is(each)));
        Dimension[] target = [Named("TargetDiscoveryName", name.DiscoveryName)];
        foreach (var sample in OfTarget(all, target))
            yield return sample;
        foreach (var (key, usage) in usageByClient)
            if (view.Find(EcsTables.Services, key) is { } client)
                foreach (var sample in OfTarget(usage, [.. target, .. DimensionsOf(client)]))
                    yield return sample;

        IEnumerable<MetricSample> OfTarget(ConnectionUsage usage, Dimension[] dimensions)
        {
            yield return Sample(
                "TargetProcessedBytes",
                StandardUnit.Bytes,
                Spread.Of(usage.ProcessedBytes),
                dimensions
            );
            if (protocol is not null && targets > 0)
                yield return Sample(
                    "RequestCountPerTarget",
                    StandardUnit.Count,
                    Spread.Of((double)usage.Requests / targets),
                    dimensions
                );
            for (var kind = 2; kind < usage.Responses.Length; kind++)
                if (usage.Responses[kind] > 0)
                    yield return Count(
                        string.Create(CultureInfo.InvariantCulture, $"HTTPCode_Target_{kind}XX_Count"),
                        usage.Responses[kind],
                        dimensions
                    );
            if (usage.ResponseTime.Count > 0)
                yield return Sample("TargetResponseTime", StandardUnit.Milliseconds, usage.ResponseTime, dimensions);
        }

        bool Is(ServiceConnect.ServiceConnectEndpoint endpoint) => endpoint.DiscoveryName == name.DiscoveryName;

        MetricSample Count(string metric, long value, Dimension[] dimensions) =>
            Sample(metric, StandardUnit.Count, Spread.Of(value), dimensions);

        MetricSample Sample(string metric, string unit, Spread spread, Dimension[] dimensions) =>
            MetricSample.Of(service.Scope, Namespace, metric, unit, dimensions, minute, spread);
    }

    private static Dimension[] DimensionsOf(ServiceRecord service) =>
        [Named("ServiceName", service.Name), Named("ClusterName", service.Cluster)];

    private static Dimension Named(string name, string value) => new() { Name = name, Value = value };
}
