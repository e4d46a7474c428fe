using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Estiba.Contracts;
using Estiba.Hosting.Metrics;
using Estiba.Logs.Events;
using Estiba.Logs.Filters;
using Estiba.Logs.Groups;
using Estiba.State;
using Microsoft.Extensions.Logging;

namespace Estiba.Logs.MetricFilters;

/// <summary>
/// Makes metrics of the log events that come in: what metric filters take from them, and how many there were. Whoever
/// puts events only hands them over; what of it was not told yet is lost with the process.
/// </summary>
/// <param name="store">Where the filters are.</param>
/// <param name="publisher">Tells CloudWatch.</param>
/// <param name="time">Says what time it is.</param>
/// <param name="logger">Is told what could not be looked at or published.</param>
internal sealed partial class LogMetrics(Store store, MetricPublisher publisher, TimeProvider time, ILogger logger)
{
    /// <summary>How often events are looked at; a minute is told of as soon as it has ended.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>So many bytes of events wait at most.</summary>
    internal const long MostWaiting = 32 << 20;

    // Older values CloudWatch does not take; the time to tell of a minute is off this.
    private static readonly TimeSpan Oldest = TimeSpan.FromDays(14) - TimeSpan.FromMinutes(5);

    private readonly ConcurrentQueue<Waiting> _waiting = new();
    private readonly ConditionalWeakTable<MetricFilterRecord, Extraction> _extractions = [];
    private readonly IncomingEvents _incoming = new();
    private Dictionary<MetricFilterRecord, FilteredValues> _values = new(ReferenceEqualityComparer.Instance);
    private DateTimeOffset _minute;
    private long _waitingBytes;
    private long _dropped;

    /// <summary>Takes events that have just been stored.</summary>
    internal void Offer(LogGroupRecord group, long ingestionTime, IReadOnlyList<NewEvent> events)
    {
        if (events.Count == 0)
            return;
        var bytes = events.Sum(each => (long)each.PayloadBytes);
        _incoming.Add(group, events.Count, bytes);
        if (!Filters(store.Current, group).Any())
            return;
        if (Interlocked.Add(ref _waitingBytes, bytes) > MostWaiting)
        {
            Interlocked.Add(ref _waitingBytes, -bytes);
            Interlocked.Add(ref _dropped, events.Count);
        }
        else
        {
            _waiting.Enqueue(new Waiting(group, ingestionTime, events, bytes));
        }
    }

    /// <summary>Looks at what waits, and tells of the minute that has ended since the last time, if one has.</summary>
    internal async Task RunAsync(CancellationToken cancellation)
    {
        Look();
        var now = time.GetUtcNow();
        var minute = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMinute));
        if (minute == _minute)
            return;
        var first = _minute == default;
        _minute = minute;
        if (!first)
            await PublishAsync(minute.AddMinutes(-1), cancellation);
    }

    /// <summary>Tells of what has come since the last minute that was told of.</summary>
    internal async ValueTask EndAsync()
    {
        Look();
        await PublishAsync(_minute, CancellationToken.None);
    }

    private void Look()
    {
        for (var left = _waiting.Count; left > 0 && _waiting.TryDequeue(out var batch); left--)
        {
            Interlocked.Add(ref _waitingBytes, -batch.Bytes);
            foreach (var filter in Filters(store.Current, batch.Group))
                if (filter.Filter.CreationTime <= batch.IngestionTime && ValuesOf(filter) is { } values)
                    values.Add(batch.Events);
        }
    }

    private FilteredValues? ValuesOf(MetricFilterRecord filter)
    {
        if (_values.TryGetValue(filter, out var known))
            return known;
        if (_extractions.GetValue(filter, Extraction.Of).Find(logger, filter) is not { } extraction)
            return null;
        return _values[filter] = new FilteredValues(filter, extraction);
    }

    private async Task PublishAsync(DateTimeOffset minute, CancellationToken cancellation)
    {
        var values = _values;
        _values = new Dictionary<MetricFilterRecord, FilteredValues>(ReferenceEqualityComparer.Instance);
        if (Interlocked.Exchange(ref _dropped, 0) is > 0 and var dropped)
            Log.Dropped(logger, dropped, MostWaiting >> 20);
        foreach (var (filter, own) in values)
            if (own.LeftOut > 0)
                Log.TooManyMetrics(logger, filter.Filter.FilterName!, FilteredValues.MostDimensions, own.LeftOut);
        var oldest = time.GetUtcNow() - Oldest;
        var samples = values
            .Values.SelectMany(own => own.Samples())
            .Where(sample => sample.Datum.Timestamp >= oldest)
            .Concat(_incoming.Take(minute));
        foreach (var group in samples.GroupBy(sample => (sample.Scope, sample.Namespace)))
        {
            try
            {
                await publisher.PublishAsync(group, cancellation);
            }
            catch (AwsException refusal)
            {
                Log.NotPublished(logger, group.Key.Namespace, refusal.Message);
            }
        }
    }

    private static IEnumerable<MetricFilterRecord> Filters(View view, LogGroupRecord group) =>
        view.Range(LogsTables.MetricFilters, MetricFilterRecord.PrefixOf(group.AccountId, group.Region, group.Id));

    private sealed record Waiting(LogGroupRecord Group, long IngestionTime, IReadOnlyList<NewEvent> Events, long Bytes);

    /// <summary>What a filter takes; nothing where a version that did not check it has taken it as it is.</summary>
    private sealed class Extraction(MetricExtraction? extraction, string? fault)
    {
        private bool _isTold;

        internal static Extraction Of(MetricFilterRecord record)
        {
            try
            {
                var own = record.Filter;
                return new Extraction(
                    MetricExtraction.Of(
                        FilterPattern.Parse(own.FilterPattern!),
                        own.MetricTransformations![0],
                        own.EmitSystemFieldDimensions,
                        new Scope(record.AccountId, record.Region)
                    ),
                    fault: null
                );
            }
            catch (AwsException invalid)
            {
                return new Extraction(extraction: null, invalid.Message);
            }
        }

        internal MetricExtraction? Find(ILogger logger, MetricFilterRecord record)
        {
            if (fault is not null && !_isTold)
                Log.Invalid(logger, record.Filter.FilterName!, fault);
            _isTold = true;
            return extraction;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "{Events} log events were not looked at by metric filters: more than {Limit} MiB waited"
        )]
        internal static partial void Dropped(ILogger logger, long events, long limit);

        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "The metric filter {Filter} makes more than {Limit} metrics; {Events} events were left out"
        )]
        internal static partial void TooManyMetrics(ILogger logger, string filter, int limit, int events);

        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "Metrics of {Namespace} that log events make are not published: {Reason}"
        )]
        internal static partial void NotPublished(ILogger logger, string @namespace, string reason);

        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "The metric filter {Filter} publishes nothing until it is put again: {Reason}"
        )]
        internal static partial void Invalid(ILogger logger, string filter, string reason);
    }
}
