using Estiba.Ecs.Services.Deployments;
using Estiba.Ecs.TaskDefinitions;
using Estiba.State;

namespace Estiba.Ecs;

/// <summary>
/// Takes away the definitions that somebody has asked to delete, once no task and no service uses them
/// ("DeleteTaskDefinitions", API reference).
/// </summary>
/// <remarks>
/// What is being deleted cannot be used anew, so a definition that nothing uses in one view is unused in every later
/// one.
/// </remarks>
internal static class DeletedTaskDefinitions
{
    /// <summary>The keys of the definitions that can go now.</summary>
    internal static IReadOnlyList<string> Unused(View view)
    {
        var deleting = view.Where(EcsTables.TaskDefinitions, EcsTables.DeletingRevisions, "")
            .Select(definition => definition.Key)
            .ToHashSet(StringComparer.Ordinal);
        if (deleting.Count == 0)
            return [];
        foreach (var service in view.Range(EcsTables.Services))
            if (service.DeletedAt is null)
                deleting.ExceptWith(
                    ServiceRolloutRecord
                        .Of(view, service.Key)
                        .RolledOut.Select(deployment =>
                            TaskDefinitionRecord.KeyOf(service.Scope, deployment.Family, deployment.Revision)
                        )
                );
        if (deleting.Count == 0)
            return [];
        foreach (var task in view.Range(EcsTables.Tasks))
            if (!task.IsStopped)
                deleting.Remove(TaskDefinitionRecord.KeyOf(task.Scope, task.Family, task.Revision));
        return [.. deleting];
    }

    /// <summary>Takes them away.</summary>
    internal static void Remove(Transaction transaction, IReadOnlyList<string> unused)
    {
        foreach (var key in unused)
            transaction.Delete(EcsTables.TaskDefinitions, key);
    }
}
