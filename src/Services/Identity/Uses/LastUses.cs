using System.Collections.Concurrent;
using Estiba.State;

namespace Estiba.Identity.Uses;

/// <summary>
/// Remembers when keys and roles were used last: at once in memory, and from time to time in the state.
/// </summary>
/// <remarks>
/// No request waits for it. What happened since the last writing is lost when the process is killed; IAM itself tells
/// uses late ("Getting information about the last use", IAM user guide).
/// </remarks>
/// <param name="store">Where uses are kept.</param>
/// <param name="time">Dates them.</param>
public sealed class LastUses(Store store, TimeProvider time)
{
    private static readonly TimeSpan Grain = TimeSpan.FromMinutes(1);

    /// <summary>How often they are written down.</summary>
    internal static readonly TimeSpan Period = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, UseRecord> _unwritten = new(StringComparer.Ordinal);

    /// <summary>A key or a role is used just now.</summary>
    internal void Note(string id, string service, string region)
    {
        var now = time.GetUtcNow();
        if (
            _unwritten.TryGetValue(id, out var known)
            && known.Service == service
            && known.Region == region
            && now - known.Date < Grain
        )
            return;
        _unwritten[id] = new UseRecord(
            id,
            DateTimeOffset.FromUnixTimeSeconds(now.ToUnixTimeSeconds()),
            service,
            region
        );
    }

    /// <summary>The last use; null for none.</summary>
    internal UseRecord? Find(View view, string id) =>
        _unwritten.TryGetValue(id, out var use) ? use : view.Find(IdentityTables.Uses, id);

    /// <summary>Writes down what is known of keys and roles that are still there.</summary>
    internal async Task WriteAsync(CancellationToken cancellation)
    {
        var uses = _unwritten.ToArray();
        if (uses.Length == 0)
            return;

        await store.CommitAsync(
            transaction =>
            {
                foreach (var (id, use) in uses)
                    if (IsThere(transaction, id))
                        transaction.Put(IdentityTables.Uses, use);
            },
            cancellation
        );
        foreach (var use in uses)
            _unwritten.TryRemove(use);
    }

    private static bool IsThere(View view, string id) =>
        view.Find(IdentityTables.AccessKeys, id) is not null
        || view.Count(IdentityTables.Roles, IdentityTables.RolesById, id) > 0;
}
