using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Tasks;

/// <summary>What <c>RunTask</c> and <c>StartTask</c> say alike about the tasks they start.</summary>
internal sealed record TaskOrder(
    string? Group, string? StartedBy, TaskOverride? Overrides, IReadOnlyList<Tag>? Tags, string? PropagateTags, bool? EnableManagedTags, bool? EnableExecuteCommand)
{
    internal TaskRecord Make(ClusterRecord cluster, TaskDefinitionRecord definition, EcsIds ids, DateTimeOffset now)
    {
        var task = NewTask.Waiting(cluster, definition, Overrides, ids, now);
        List<Tag> tags = [.. Tagging.Tags.Merge([], Tags)];
        if (PropagateTags == Contracts.Ecs.PropagateTags.TaskDefinition) tags.AddRange(definition.Tags.Where(tag => tags.TrueForAll(own => own.Key != tag.Key)));
        if (EnableManagedTags == true) tags.AddRange(NewTask.ManagedTags(cluster.Name, service: null));
        return task with { Group = Group ?? task.Group, StartedBy = StartedBy, Tags = tags, EnableExecuteCommand = EnableExecuteCommand ?? false };
    }
}
