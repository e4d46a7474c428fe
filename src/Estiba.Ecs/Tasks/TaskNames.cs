using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.State;

namespace Estiba.Ecs.Tasks;

/// <summary>Finds the task that a request means, by id or by ARN.</summary>
internal static class TaskNames
{
    /// <summary>The key of the task with this ARN; null when it is no task's ARN with a cluster in it.</summary>
    internal static string? KeyOf(string? taskArn) =>
        taskArn is not null && Arn.TryParse(taskArn, out var arn) && arn is { Service: "ecs", ResourceType: "task" } && arn.ResourceName.Contains('/', StringComparison.Ordinal)
            ? new Scope(arn.AccountId, arn.Region).Prefix + arn.ResourceName
            : null;

    /// <summary>The task, or null where there is none that a customer may see.</summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>: the ARN is not one of a task.</exception>
    internal static TaskRecord? Find(View view, ClusterRecord cluster, string idOrArn)
    {
        var id = idOrArn;
        if (Arn.IsArn(idOrArn))
        {
            if (!Arn.TryParse(idOrArn, out var arn) || arn is not { Service: "ecs", ResourceType: "task" }) throw EcsErrors.InvalidParameterException("Invalid identifier: " + idOrArn);
            if (new Scope(arn.AccountId, arn.Region) != cluster.Scope) return null;
            var path = arn.ResourceName.Split('/');
            if (path.Length > 1 && path[0] != cluster.Name) return null;
            id = path[^1];
        }

        return view.Find(EcsTables.Tasks, $"{cluster.Key}/{id}") is { IsWaiting: false } task ? task : null;
    }
}
