using Estiba.State;

namespace Estiba.Ecs.Services.Deployments;

/// <summary>
/// Removes how services were deployed long ago ("Viewing Amazon ECS service deployments", developer guide: the most
/// recent 90 days).
/// </summary>
/// <remarks>
/// A deployment that has ended stays so, and a revision that neither a service nor the history names is never named
/// again: what is old in one view is old in every later one.
/// </remarks>
internal static class DeploymentHistory
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(90);

    /// <summary>
    /// The keys of the service deployments that ended too long ago, and of the service revisions that only those name.
    /// </summary>
    internal static (IReadOnlyList<string> Deployments, IReadOnlyList<string> Revisions) Old(
        View view,
        DateTimeOffset now
    )
    {
        var before = now - Kept;
        var deployments = view.Range(EcsTables.ServiceDeployments)
            .Where(deployment => deployment.FinishedAt < before)
            .ToDictionary(deployment => deployment.Key, StringComparer.Ordinal);
        var revisions = new List<string>();
        foreach (
            var service in deployments
                .Values.Select(deployment => deployment.ServiceKey)
                .Distinct(StringComparer.Ordinal)
        )
        {
            var named = view.Range(EcsTables.ServiceDeployments, service + "/")
                .Where(deployment => !deployments.ContainsKey(deployment.Key))
                .SelectMany(RevisionsOf)
                .Concat(
                    ServiceRolloutRecord.Of(view, service).RolledOut.Select(deployment => deployment.ServiceRevision)
                )
                .ToHashSet(StringComparer.Ordinal);
            revisions.AddRange(
                view.Range(EcsTables.ServiceRevisions, service + "/")
                    .Where(revision => !named.Contains(revision.Id))
                    .Select(revision => revision.Key)
            );
        }

        return ([.. deployments.Keys], revisions);
    }

    /// <summary>Takes them away.</summary>
    internal static void Remove(
        Transaction transaction,
        (IReadOnlyList<string> Deployments, IReadOnlyList<string> Revisions) old
    )
    {
        foreach (var key in old.Deployments)
            transaction.Delete(EcsTables.ServiceDeployments, key);
        foreach (var key in old.Revisions)
            transaction.Delete(EcsTables.ServiceRevisions, key);
    }

    private static IEnumerable<string> RevisionsOf(ServiceDeploymentRecord deployment) =>
        [
            deployment.Target,
            .. deployment.Sources.Select(source => source.Revision),
            .. deployment.Rollback is { } rollback ? [rollback.Revision] : Array.Empty<string>(),
        ];
}
