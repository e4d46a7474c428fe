using System.Text.RegularExpressions;
using Estiba.Contracts.Ecs;
using static Estiba.Contracts.Ecs.EcsErrors;

namespace Estiba.Ecs.TaskDefinitions;

/// <summary>Roles are ARNs or short names of IAM roles, and some settings need the execution role.</summary>
internal static partial class RoleChecks
{
    internal static void Check(TaskDefinition definition)
    {
        if (definition.TaskRoleArn is { } taskRole && !ValidRole().IsMatch(taskRole)) throw ClientException("Role is not valid");
        if (definition.ExecutionRoleArn is { } executionRole && !ValidRole().IsMatch(executionRole)) throw ClientException("Role is not valid");
    }

    [GeneratedRegex(@"^(arn:[a-z-]+:iam::[0-9]{12}:role/)?([\w+=,.@-]+/)*[\w+=,.@-]{1,64}\z", RegexOptions.CultureInvariant | RegexOptions.ECMAScript)]
    private static partial Regex ValidRole();
}
