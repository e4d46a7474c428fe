using System.Collections.Concurrent;
using Estiba.Contracts.Acs;

namespace Estiba.Agent.Credentials;

/// <summary>
/// The temporary credentials of the roles of an agent's tasks, by the id under which containers ask for them.
/// </summary>
/// <remarks>
/// In memory only: the server sends them again to an agent that was restarted, and new ones before they expire.
/// </remarks>
internal sealed class TaskCredentials
{
    private readonly ConcurrentDictionary<string, Issued> _byId = new(StringComparer.Ordinal);

    /// <summary>The credentials of this id; null when there are none, or not yet again.</summary>
    public IAMRoleCredentials? Find(string id) => _byId.TryGetValue(id, out var issued) ? issued.Credentials : null;

    /// <summary>
    /// Takes the credentials that a payload carries for a task, and returns them: they are acknowledged one by one.
    /// </summary>
    public IReadOnlyList<IAMRoleCredentials> Take(AcsTask task)
    {
        IAMRoleCredentials[] carried =
        [
            .. new[] { task.RoleCredentials, task.ExecutionRoleCredentials }
                .OfType<IAMRoleCredentials>()
                .Where(credentials => credentials.AccessKeyId is not null),
        ];
        foreach (var credentials in carried)
            Take(task.Arn ?? "", credentials);
        return carried;
    }

    /// <summary>Takes new credentials for a task.</summary>
    public void Take(string taskArn, IAMRoleCredentials credentials) =>
        _byId[credentials.CredentialsId ?? ""] = new Issued(taskArn, credentials);

    /// <summary>Forgets the credentials of a task that has stopped.</summary>
    public void Forget(string taskArn)
    {
        foreach (var (id, issued) in _byId)
            if (issued.TaskArn == taskArn)
                _byId.TryRemove(id, out _);
    }

    /// <summary>What of credentials may be written down: whose they are and under which id.</summary>
    public static IAMRoleCredentials? WithoutSecrets(IAMRoleCredentials? credentials) =>
        credentials is null
            ? null
            : new IAMRoleCredentials { CredentialsId = credentials.CredentialsId, RoleArn = credentials.RoleArn };

    private sealed record Issued(string TaskArn, IAMRoleCredentials Credentials);
}
