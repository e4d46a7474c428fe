using System.Collections.Concurrent;
using Estiba.Contracts;
using Estiba.Contracts.Logs;
using Estiba.Files.Segments;
using Estiba.Logs.Events;
using Estiba.Logs.Groups;
using Estiba.Logs.Streams;

namespace Estiba.Logs.LiveTail;

/// <summary>
/// The sessions that watch log events come in, and what has come for each since its last update. Safe for concurrent
/// use.
/// </summary>
internal sealed class LiveTails(TimeProvider time)
{
    /// <summary>How many an account may have at once in a region ("CloudWatch Logs quotas", user guide).</summary>
    private const int MostSessions = 15;

    /// <summary>How long whoever has started a session may take to read the first of its events.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<LiveTailSession, long> _sessions = new();

    /// <summary>Collects for a session from now on.</summary>
    /// <exception cref="AwsException">Its account has as many as it may have.</exception>
    public void Add(LiveTailSession session)
    {
        lock (_gate)
        {
            // A client that left before its first event was sent ends its session nowhere else.
            foreach (var (known, since) in _sessions)
                if (!known.IsRead && time.GetElapsedTime(since) > Patience)
                    Remove(known);
            if (_sessions.Keys.Count(known => known.Scope == session.Scope) >= MostSessions)
                throw LogsErrors.LimitExceededException("Resource limit exceeded.");
            _sessions[session] = time.GetTimestamp();
        }
    }

    /// <summary>Notes that a session's events are being read.</summary>
    /// <returns>False when that comes so late that the session was given up.</returns>
    public bool Begin(LiveTailSession session)
    {
        lock (_gate)
            return session.IsRead = _sessions.ContainsKey(session);
    }

    public void Remove(LiveTailSession session) => _sessions.TryRemove(session, out _);

    /// <summary>Hands out events that have just been stored; costs nothing while nobody watches.</summary>
    public void Publish(
        LogGroupRecord group,
        LogStreamRecord stream,
        long ingestionTime,
        IReadOnlyList<NewEvent> events
    )
    {
        if (_sessions.IsEmpty)
            return;
        foreach (var (session, _) in _sessions)
            session.Offer(group, stream, ingestionTime, events);
    }
}

/// <summary>One session: which events it wants, and those that wait for its next update.</summary>
/// <param name="scope">The account and the region that it counts for.</param>
/// <param name="groups">The ids of the groups.</param>
/// <param name="streams">The names of the streams; null for all.</param>
/// <param name="prefixes">How the names of the streams begin; null for all.</param>
/// <param name="filter">What the messages must match; null for all.</param>
internal sealed class LiveTailSession(
    Scope scope,
    IReadOnlySet<long> groups,
    IReadOnlyList<string>? streams,
    IReadOnlyList<string>? prefixes,
    IRecordFilter? filter
)
{
    /// <summary>
    /// "If there are more than 500 log events, ... the results are sampled": StartLiveTail, API reference.
    /// </summary>
    private const int MostInAnUpdate = 500;

    private readonly Lock _gate = new();
    private List<LiveTailSessionLogEvent> _waiting = [];
    private bool _isSampled;

    /// <summary>The account and the region that it counts for.</summary>
    public Scope Scope => scope;

    /// <summary>Whether its events are being read.</summary>
    public bool IsRead { get; set; }

    public void Offer(LogGroupRecord group, LogStreamRecord stream, long ingestionTime, IReadOnlyList<NewEvent> events)
    {
        if (!groups.Contains(group.Id) || !Wants(stream.Name))
            return;
        foreach (var item in events)
        {
            if (filter?.Matches(System.Text.Encoding.UTF8.GetBytes(item.Message)) == false)
                continue;
            lock (_gate)
            {
                if (_waiting.Count == MostInAnUpdate)
                {
                    _isSampled = true;
                    return;
                }

                _waiting.Add(
                    new LiveTailSessionLogEvent
                    {
                        LogStreamName = stream.Name,
                        LogGroupIdentifier = $"{group.AccountId}:{group.Name}",
                        Message = item.Message,
                        Timestamp = item.Timestamp,
                        IngestionTime = ingestionTime,
                    }
                );
            }
        }
    }

    /// <summary>What has come since the last update.</summary>
    public LiveTailSessionUpdate Take()
    {
        lock (_gate)
        {
            var update = new LiveTailSessionUpdate
            {
                SessionMetadata = new LiveTailSessionMetadata { Sampled = _isSampled },
                SessionResults = _waiting,
            };
            (_waiting, _isSampled) = ([], false);
            return update;
        }
    }

    private bool Wants(string stream) =>
        (streams is null || streams.Contains(stream, StringComparer.Ordinal))
        && (prefixes is null || prefixes.Any(prefix => stream.StartsWith(prefix, StringComparison.Ordinal)));
}
