using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Clusters;
using Estiba.State;

namespace Estiba.Ecs.Tasks;

/// <summary>Finds the task that a request means, by id or by ARN.</summary>
internal static class TaskNames
{
    private const int LengthOfId = 32;
    private const int LengthOfUuid = 36;

    /// <summary>The key of the task with this ARN; null when it is no task's ARN with a cluster in it.</summary>
    internal static string? KeyOf(string? taskArn) =>
        taskArn is not null
        && Arn.TryParse(taskArn, out var arn)
        && arn is { Service: "ecs", ResourceType: "task" }
        && arn.ResourceName.Contains('/', StringComparison.Ordinal)
            ? new Scope(arn.AccountId, arn.Region).Prefix + arn.ResourceName
            : null;

    /// <summary>The task, or null where there is none that a customer may see.</summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>: the id cannot be one, or the ARN is of no task,
    /// or of one in another cluster.</exception>
    internal static TaskRecord? Find(View view, ClusterRecord cluster, string idOrArn)
    {
        if (ClusterNames.NameWithin(cluster, "task", idOrArn) is not { } id)
            return null;

        // What a script gets from a list without tasks is the text "None"; ECS says so.
        if (id.Length is not (LengthOfId or LengthOfUuid))
            throw EcsErrors.InvalidParameterException($"taskId length should be one of [{LengthOfId},{LengthOfUuid}]");
        return view.Find(EcsTables.Tasks, $"{cluster.Key}/{id}") is { IsHidden: false } task ? task : null;
    }
}
