using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Ecs.Agents;

/// <summary>
/// Which credentials one agent was sent in this conversation, and when it needs new ones. Holds no secrets.
/// </summary>
/// <remarks>
/// New ones are due after half of their life, long before the SDKs become uneasy (those of Python in the last quarter
/// of an hour), or soon, when the agent has not acknowledged the last or STS refused.
/// </remarks>
/// <param name="time">The clock.</param>
internal sealed class IssuedCredentials(TimeProvider time)
{
    /// <summary>After which time credentials are tried again that were not acknowledged, or refused.</summary>
    internal static readonly TimeSpan Retry = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Issue> _byId = new(StringComparer.Ordinal);

    /// <summary>Credentials are sent.</summary>
    internal void Sent(TaskRecord task, TaskRole role, RoleSession session)
    {
        var now = time.GetUtcNow();
        lock (_lock)
            _byId[role.CredentialsId] = new Issue(
                task.Key,
                role,
                now + Retry,
                session.Credentials.Expiration,
                now + (session.Expires - now) / 2
            );
    }

    /// <summary>There are none to send.</summary>
    internal void Refused(TaskRecord task, TaskRole role)
    {
        var due = time.GetUtcNow() + Retry;
        lock (_lock)
            _byId[role.CredentialsId] = new Issue(task.Key, role, due, Expiration: null, due);
    }

    /// <summary>The agent has them.</summary>
    internal void Acknowledge(string? credentialsId, string? expiration)
    {
        lock (_lock)
        {
            if (
                credentialsId is not null
                && _byId.TryGetValue(credentialsId, out var issue)
                && issue.Expiration == expiration
            )
                _byId[credentialsId] = issue with { Due = issue.DueWhenAcknowledged };
        }
    }

    /// <summary>
    /// The roles whose credentials are due, of tasks that may have containers; what is due of others is forgotten.
    /// </summary>
    internal IReadOnlyList<(TaskRecord Task, TaskRole Role)> Due(View view)
    {
        var now = time.GetUtcNow();
        var due = new List<(TaskRecord Task, TaskRole Role)>();
        lock (_lock)
        {
            foreach (var (id, issue) in _byId)
            {
                if (issue.Due > now)
                    continue;
                if (view.Find(EcsTables.Tasks, issue.TaskKey) is { MayHaveContainers: true } task)
                    due.Add((task, issue.Role));
                else
                    _byId.Remove(id);
            }
        }

        return due;
    }

    /// <summary>How long until some are due; null when there are none.</summary>
    internal TimeSpan? UntilDue()
    {
        lock (_lock)
        {
            if (_byId.Count == 0)
                return null;
            var until = _byId.Values.Min(issue => issue.Due) - time.GetUtcNow();
            return until > TimeSpan.Zero ? until : TimeSpan.Zero;
        }
    }

    private sealed record Issue(
        string TaskKey,
        TaskRole Role,
        DateTimeOffset Due,
        string? Expiration,
        DateTimeOffset DueWhenAcknowledged
    );
}
