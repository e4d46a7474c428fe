using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.ElbV2;
using Estiba.Contracts.Logs;
using Estiba.LoadBalancing.LoadBalancers;
using Estiba.LoadBalancing.Traffic.AccessLogs;
using Estiba.State;
using Microsoft.Extensions.Logging;

namespace Estiba.LoadBalancing.AccessLogs;

/// <summary>
/// Delivers the access logs of load balancers to the log groups that deliveries of CloudWatch Logs name.
/// </summary>
/// <remarks>Everything goes through the API of CloudWatch Logs. What waits is lost with the process, as is what cannot
/// be delivered; both is said.</remarks>
/// <param name="store">Where load balancers are.</param>
/// <param name="logs">CloudWatch Logs, called as <see cref="Service"/>.</param>
/// <param name="logOf">The access log of a load balancer, by ARN; null where it has no listener.</param>
/// <param name="ids">Makes request ids.</param>
/// <param name="time">Says what time it is.</param>
/// <param name="logger">Is told what is lost.</param>
internal sealed partial class AccessLogDelivery(
    Store store,
    ILogsApi logs,
    Func<string, AccessLog?> logOf,
    ElbIds ids,
    TimeProvider time,
    ILogger logger
)
{
    /// <summary>Who delivers logs of AWS's services.</summary>
    internal const string Service = "delivery.logs.amazonaws.com";

    /// <summary>How often what waits is delivered.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>How soon a change of deliveries is noticed.</summary>
    internal static readonly TimeSpan RefreshInterval = TimeSpan.FromSeconds(10);

    private const string LogType = "ALB_ACCESS_LOGS";
    private const string LogGroup = ":log-group:";
    private const int MostEvents = 10_000;
    private const int MostBytes = 1_048_576;
    private const int OverheadBytes = 26;

    private Dictionary<string, List<LogDestination>> _destinations = new(StringComparer.Ordinal);
    private long? _refreshedAt;

    /// <summary>Delivers what waits.</summary>
    internal async Task RunAsync(CancellationToken cancellation)
    {
        if (_refreshedAt is not { } at || time.GetElapsedTime(at) >= RefreshInterval)
        {
            _refreshedAt = time.GetTimestamp();
            try
            {
                _destinations = await FindAsync(cancellation);
            }
            catch (AwsException fault)
            {
                Log.NotFound(logger, fault.Message);
            }
        }

        foreach (var balancer in Balancers())
        {
            if (logOf(balancer.Arn) is not { } log)
                continue;
            var destinations = _destinations.GetValueOrDefault(balancer.Arn);
            log.IsOn = destinations is not null;
            for (var more = true; more; )
            {
                var entries = log.Take(MostEvents);
                entries.Sort((left, right) => left.Ended.CompareTo(right.Ended));
                foreach (var destination in destinations ?? [])
                    await DeliverAsync(balancer, destination, entries, cancellation);
                more = entries.Count == MostEvents;
            }

            if (log.TakeDropped() is > 0 and var dropped)
                Log.Dropped(logger, dropped, balancer.Name, AccessLog.MostWaiting);
        }
    }

    private IEnumerable<LoadBalancerRecord> Balancers() =>
        store
            .Current.Range(LoadBalancingTables.LoadBalancers)
            .Where(balancer => balancer is { DeletedAt: null, Type: LoadBalancerTypeEnum.Application });

    /// <summary>The destinations of each load balancer that has any.</summary>
    private async Task<Dictionary<string, List<LogDestination>>> FindAsync(CancellationToken cancellation)
    {
        var found = new Dictionary<string, List<LogDestination>>(StringComparer.Ordinal);
        foreach (var scope in Balancers().Select(balancer => balancer.Scope).Distinct())
        {
            var context = ContextOf(scope);
            var sources = await PagesAsync(async token =>
            {
                var page = await logs.DescribeDeliverySourcesAsync(
                    new DescribeDeliverySourcesRequest { NextToken = token },
                    context,
                    cancellation
                );
                return (page.DeliverySources ?? [], page.NextToken);
            });
            var own = sources
                .Where(source => source is { LogType: LogType, ResourceArns: [_] })
                .ToDictionary(source => source.Name!, source => source.ResourceArns![0], StringComparer.Ordinal);
            if (own.Count == 0)
                continue;
            var groups = await PagesAsync(async token =>
            {
                var page = await logs.DescribeDeliveryDestinationsAsync(
                    new DescribeDeliveryDestinationsRequest { NextToken = token },
                    context,
                    cancellation
                );
                return (page.DeliveryDestinations ?? [], page.NextToken);
            });
            var deliveries = await PagesAsync(async token =>
            {
                var page = await logs.DescribeDeliveriesAsync(
                    new DescribeDeliveriesRequest { NextToken = token },
                    context,
                    cancellation
                );
                return (page.Deliveries ?? [], page.NextToken);
            });
            foreach (var delivery in deliveries)
                if (
                    own.TryGetValue(delivery.DeliverySourceName!, out var balancer)
                    && groups.Find(group => group.Arn == delivery.DeliveryDestinationArn) is { } group
                )
                {
                    if (!found.TryGetValue(balancer, out var list))
                        found.Add(balancer, list = []);
                    list.Add(LogDestination.Of(delivery, group));
                }
        }

        return found;
    }

    private async Task DeliverAsync(
        LoadBalancerRecord balancer,
        LogDestination destination,
        List<AccessLogEntry> entries,
        CancellationToken cancellation
    )
    {
        var batch = new List<InputLogEvent>();
        var bytes = 0;
        foreach (var entry in entries)
        {
            var message = destination.Describe(entry);
            var size = Encoding.UTF8.GetByteCount(message) + OverheadBytes;
            if (bytes + size > MostBytes)
            {
                await PutAsync(balancer, destination, batch, cancellation);
                (batch, bytes) = ([], 0);
            }

            batch.Add(new InputLogEvent { Timestamp = entry.Ended.ToUnixTimeMilliseconds(), Message = message });
            bytes += size;
        }

        if (batch.Count > 0)
            await PutAsync(balancer, destination, batch, cancellation);
    }

    private async Task PutAsync(
        LoadBalancerRecord balancer,
        LogDestination destination,
        List<InputLogEvent> events,
        CancellationToken cancellation
    )
    {
        var context = ContextOf(balancer.Scope) with { SourceArn = balancer.Arn };
        var request = new PutLogEventsRequest
        {
            LogGroupName = destination.Group,
            LogStreamName = balancer.Arn.Split(":loadbalancer/")[^1],
            LogEvents = events,
        };
        try
        {
            try
            {
                await logs.PutLogEventsAsync(request, context, cancellation);
            }
            catch (AwsException missing) when (missing.Code == "ResourceNotFoundException")
            {
                await logs.CreateLogStreamAsync(
                    new CreateLogStreamRequest
                    {
                        LogGroupName = request.LogGroupName,
                        LogStreamName = request.LogStreamName,
                    },
                    context,
                    cancellation
                );
                await logs.PutLogEventsAsync(request, context, cancellation);
            }
        }
        catch (AwsException refusal)
        {
            Log.NotDelivered(logger, events.Count, balancer.Name, destination.Group, refusal.Message);
        }
    }

    private CallContext ContextOf(Scope scope) =>
        new()
        {
            AccountId = scope.AccountId,
            Region = scope.Region,
            PrincipalArn = Service,
            AccessKeyId = "",
            RequestId = ids.Resource(),
            Service = Service,
        };

    private static async Task<List<T>> PagesAsync<T>(
        Func<string?, Task<(IReadOnlyList<T> Items, string? Next)>> readAsync
    )
    {
        var all = new List<T>();
        string? token = null;
        do
        {
            var (items, next) = await readAsync(token);
            all.AddRange(items);
            token = next;
        } while (token is not null);
        return all;
    }

    /// <summary>A log group, and how it is told.</summary>
    private sealed record LogDestination(string Group, string Format, IReadOnlyList<string> Fields, string Delimiter)
    {
        internal static LogDestination Of(Delivery delivery, DeliveryDestination destination)
        {
            var arn = destination.DeliveryDestinationConfiguration!.DestinationResourceArn!;
            var name = arn[(arn.IndexOf(LogGroup, StringComparison.Ordinal) + LogGroup.Length)..];
            return new LogDestination(
                name.EndsWith(":*", StringComparison.Ordinal) ? name[..^2] : name,
                destination.OutputFormat ?? OutputFormat.Plain,
                delivery.RecordFields ?? [],
                string.IsNullOrEmpty(delivery.FieldDelimiter) ? " " : delivery.FieldDelimiter
            );
        }

        internal string Describe(AccessLogEntry entry) =>
            Format == OutputFormat.Json
                ? AccessLogWords.Json(entry, Fields)
                : AccessLogWords.Plain(entry, Fields, Delimiter);
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "Where access logs are to be delivered is not known any better than before: {Reason}"
        )]
        internal static partial void NotFound(ILogger logger, string reason);

        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "{Entries} access log entries of {LoadBalancer} were dropped: more than {Limit} waited"
        )]
        internal static partial void Dropped(ILogger logger, long entries, string loadBalancer, int limit);

        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "{Entries} access log entries of {LoadBalancer} are not delivered to {LogGroup}: {Reason}"
        )]
        internal static partial void NotDelivered(
            ILogger logger,
            int entries,
            string loadBalancer,
            string logGroup,
            string reason
        );
    }
}
