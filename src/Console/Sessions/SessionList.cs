using System.Collections.Concurrent;

namespace Estiba.Console.Sessions;

/// <summary>The sessions that there are, in memory alone: they end with the process.</summary>
internal sealed class SessionList(TimeProvider time)
{
    /// <summary>How long one is signed in.</summary>
    internal static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    private const int MostSessions = 1000;

    private readonly ConcurrentDictionary<string, Session> _byId = new(StringComparer.Ordinal);

    /// <summary>The session with an id; null when it has ended.</summary>
    internal Session? Find(string? id) =>
        id is not null && _byId.TryGetValue(id, out var session) && time.GetUtcNow() < session.Ends ? session : null;

    /// <summary>Lets a session begin; where there are too many the oldest ends.</summary>
    internal void Add(Session session)
    {
        var now = time.GetUtcNow();
        foreach (var other in _byId.Values.OrderBy(other => other.Ends))
        {
            if (other.Ends <= now || _byId.Count >= MostSessions)
                End(other.Id);
        }

        _byId[session.Id] = session;
    }

    /// <summary>Ends a session.</summary>
    internal void End(string id) => _byId.TryRemove(id, out _);
}
