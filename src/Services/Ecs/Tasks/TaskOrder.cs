using Estiba.Contracts.Ecs;
using Estiba.Ecs.Clusters;
using Estiba.Ecs.TaskDefinitions;

namespace Estiba.Ecs.Tasks;

/// <summary>What <c>RunTask</c> and <c>StartTask</c> say alike about the tasks they start.</summary>
internal sealed record TaskOrder(
    string LaunchType,
    string? Group,
    string? StartedBy,
    TaskOverride? Overrides,
    IReadOnlyList<Tag>? Tags,
    string? PropagateTags,
    bool? EnableManagedTags,
    bool? EnableExecuteCommand
)
{
    internal TaskRecord Make(ClusterRecord cluster, TaskDefinitionRecord definition, EcsIds ids, DateTimeOffset now)
    {
        var task = TaskTemplate.Of(cluster, definition, Overrides, now).Make(ids);
        List<Tag> tags = [.. Tagging.Tags.Merge([], Tags)];
        if (PropagateTags == Contracts.Ecs.PropagateTags.TaskDefinition)
            tags.AddRange(definition.Tags.Where(tag => tags.TrueForAll(own => own.Key != tag.Key)));
        if (EnableManagedTags == true)
            tags.AddRange(TaskTemplate.ManagedTags(cluster.Name, service: null));
        return task with
        {
            LaunchType = LaunchType,
            Group = Group ?? task.Group,
            StartedBy = StartedBy,
            Tags = tags,
            EnableExecuteCommand = EnableExecuteCommand ?? false,
        };
    }
}
