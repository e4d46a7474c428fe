using Estiba.Contracts;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Tasks;

/// <summary>A role whose credentials a task gets.</summary>
/// <param name="Type">The agent protocol's word for what it is for.</param>
/// <param name="RoleArn">The role.</param>
/// <param name="CredentialsId">Under which id the agent keeps the credentials.</param>
internal sealed record TaskRole(string Type, string RoleArn, string CredentialsId)
{
    /// <summary>The role of the programs in the containers.</summary>
    internal const string Application = "TaskApplication";

    /// <summary>The role with which an agent pulls images and ships logs.</summary>
    internal const string Execution = "TaskExecution";

    /// <summary>Whether there is a role of a type among some.</summary>
    internal static bool Has(IReadOnlyList<TaskRole> roles, string type)
    {
        foreach (var role in roles)
            if (role.Type == type)
                return true;
        return false;
    }

    /// <summary>The roles of a task; none for one that was made before tasks got credentials.</summary>
    internal static IReadOnlyList<TaskRole> Of(TaskRecord task, TaskDefinition definition)
    {
        if (task is { RoleCredentialsId: null, ExecutionRoleCredentialsId: null })
            return [];
        var (application, execution) = Named(definition, task.Overrides, task.Scope);
        var roles = new List<TaskRole>();
        if (application is not null && task.RoleCredentialsId is { } id)
            roles.Add(new TaskRole(Application, application, id));
        if (execution is not null && task.ExecutionRoleCredentialsId is { } executionId)
            roles.Add(new TaskRole(Execution, execution, executionId));
        return roles;
    }

    /// <summary>
    /// The ARNs of the task role and the execution role that tasks of a definition get; null for none.
    /// </summary>
    internal static (string? Application, string? Execution) Named(
        TaskDefinition definition,
        TaskOverride? overrides,
        Scope scope
    ) =>
        (
            ArnOf(overrides?.TaskRoleArn ?? definition.TaskRoleArn, scope),
            ArnOf(overrides?.ExecutionRoleArn ?? definition.ExecutionRoleArn, scope)
        );

    // "The short name or full Amazon Resource Name (ARN) of the IAM role" (RegisterTaskDefinition).
    private static string? ArnOf(string? role, Scope scope) =>
        string.IsNullOrEmpty(role) ? null
        : Arn.IsArn(role) ? role
        : new Arn("iam", "", scope.AccountId, $"role/{role}") { Partition = Arn.PartitionOf(scope.Region) }.ToString();
}
