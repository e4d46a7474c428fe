using Estiba.Contracts;
using Estiba.Contracts.Logs;
using Estiba.Files;
using Estiba.Files.Segments;
using Estiba.Hosting;
using Estiba.Logs.Groups;
using Estiba.Logs.LiveTail;
using Estiba.Logs.MetricFilters;
using Estiba.Logs.Retention;
using Estiba.Logs.Streams;
using Estiba.State;
using Microsoft.Extensions.Logging;

namespace Estiba.Logs;

/// <summary>
/// CloudWatch Logs ("Amazon CloudWatch Logs API Reference"): log groups, log streams and their events.
/// </summary>
/// <remarks>
/// Groups and streams are rows of the store; events are files in a directory that one process has open.
/// </remarks>
public sealed partial class LogsApi : ILogsApi, IAsyncDisposable
{
    private readonly Store _store;
    private readonly SegmentStore _events;
    private readonly TimeProvider _time;
    private readonly LogIds _ids;
    private readonly Housekeeping _housekeeping;
    private readonly LiveTails _tails;

    private readonly LogMetrics _metrics;

    private LogsApi(Store store, SegmentStore events, LogMetrics metrics, TimeProvider time, Random random)
    {
        _store = store;
        _events = events;
        _time = time;
        _ids = new LogIds(time, random);
        _tails = new LiveTails(time);
        _metrics = metrics;
        _housekeeping = new Housekeeping(store, events, time);
    }

    /// <summary>The tables that the store must be opened with.</summary>
    public static IReadOnlyList<Table> Tables =>
        [
            LogsTables.Groups,
            LogsTables.Streams,
            LogsTables.DeletedGroups,
            LogsTables.DeletedStreams,
            LogsTables.MetricFilters,
            LogsTables.QueryDefinitions,
            LogsTables.ResourcePolicies,
            LogsTables.DeliverySources,
            LogsTables.DeliveryDestinations,
            LogsTables.Deliveries,
        ];

    /// <summary>Opens the log events and recovers what an earlier process left of them.</summary>
    /// <param name="host">The platform; its store was opened with <see cref="Tables"/>.</param>
    /// <param name="metrics">Gets the events that come in.</param>
    /// <param name="options">Where the log events are.</param>
    /// <exception cref="IOException">The directory cannot be used, or another process has it open.</exception>
    /// <exception cref="InvalidDataException">Everything is gone that was in it; the message says what to
    /// do.</exception>
    internal static async Task<LogsApi> OpenAsync(ModuleHost host, LogMetrics metrics, SegmentStoreOptions options)
    {
        var (store, time) = (host.Store, host.Time);
        var logger = host.Loggers.CreateLogger("Estiba.Logs");
        var events = await SegmentStore.OpenAsync(options, new LiveStreams(store), time, logger, host.Find<Damage>());
        return new LogsApi(store, events, metrics, time, host.Random);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync() => _events.DisposeAsync();

    /// <summary>The clean-up that is due every hour.</summary>
    internal Task CleanAsync(CancellationToken cancellation = default) => _housekeeping.CleanAsync(cancellation);

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private static LogGroupRecord GroupNamed(View view, CallContext context, string name) =>
        view.Find(LogsTables.Groups, Scope.Of(context).Key(name)) ?? throw NoGroup();

    private static LogStreamRecord StreamNamed(View view, LogGroupRecord group, string name) =>
        view.Find(LogsTables.Streams, LogsTables.StreamPrefix(group.Id) + name) ?? throw NoStream();

    /// <summary>The group that a request names in one of two ways.</summary>
    private static LogGroupRecord GroupOf(View view, CallContext context, string? name, string? identifier) =>
        (name, identifier) switch
        {
            (not null, null) => GroupNamed(view, context, name),
            (null, not null) => GroupIdentifiedBy(view, context, identifier),
            (null, null) => throw LogsErrors.InvalidParameterException(
                "Either logGroupName or logGroupIdentifier must be specified."
            ),
            _ => throw LogsErrors.InvalidParameterException(
                "LogGroupName and LogGroupIdentifier are mutually exclusive parameters."
            ),
        };

    /// <summary>The group with a name or an ARN, which may end in <c>:*</c> where the contract lets it.</summary>
    private static LogGroupRecord GroupIdentifiedBy(View view, CallContext context, string identifier)
    {
        if (!Arn.IsArn(identifier))
            return GroupNamed(view, context, identifier);

        const string Type = "log-group:";
        if (
            !Arn.TryParse(identifier, out var arn)
            || arn.Service != "logs"
            || !arn.Resource.StartsWith(Type, StringComparison.Ordinal)
        )
            throw LogsErrors.InvalidParameterException($"The specified ARN is invalid: {identifier}");

        var name = arn.Resource[Type.Length..];
        if (name.EndsWith(":*", StringComparison.Ordinal))
            name = name[..^2];
        return arn.AccountId == context.AccountId && arn.Region == context.Region
            ? GroupNamed(view, context, name)
            : throw NoGroup();
    }

    private static AwsException NoGroup() =>
        LogsErrors.ResourceNotFoundException("The specified log group does not exist.");

    private static AwsException NoStream() =>
        LogsErrors.ResourceNotFoundException("The specified log stream does not exist.");

    /// <summary>Changes a group in one transaction.</summary>
    private Task ChangeAsync(
        Func<View, LogGroupRecord> find,
        Func<LogGroupRecord, LogGroupRecord> change,
        CancellationToken cancellation
    ) => _store.CommitAsync(transaction => transaction.Put(LogsTables.Groups, change(find(transaction))), cancellation);
}
