using System.Text.RegularExpressions;
using Estiba.Contracts.Ecs;
using static Estiba.Contracts.Ecs.EcsErrors;

namespace Estiba.Ecs.TaskDefinitions.Validation;

/// <summary>Roles are ARNs or short names of IAM roles, and some settings need the execution role.</summary>
internal static partial class RoleChecks
{
    internal static void Check(TaskDefinition definition)
    {
        if (definition.TaskRoleArn is { } taskRole && !ValidRole().IsMatch(taskRole))
            throw ClientException("Role is not valid");
        if (definition.ExecutionRoleArn is { } executionRole && !ValidRole().IsMatch(executionRole))
            throw ClientException("Role is not valid");
        if (
            definition.ExecutionRoleArn is null
            && definition.ContainerDefinitions!.Any(container => container.RepositoryCredentials is not null)
        )
            throw ClientException(
                "Private repository authentication requires that the task definition specify a value for "
                    + "executionRoleArn."
            );
    }

    [GeneratedRegex(
        @"^(arn:[a-z-]+:iam::[0-9]{12}:role/)?([\w+=,.@-]+/)*[\w+=,.@-]{1,64}\z",
        RegexOptions.CultureInvariant | RegexOptions.ECMAScript
    )]
    private static partial Regex ValidRole();
}
