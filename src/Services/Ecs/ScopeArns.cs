using Estiba.Contracts;

namespace Estiba.Ecs;

/// <summary>The ARNs of ECS's resources in a scope.</summary>
public static class ScopeArns
{
    /// <summary>An ECS ARN in this scope.</summary>
    /// <param name="scope">The account and region.</param>
    /// <param name="resource">For example <c>cluster/default</c>.</param>
    public static string Arn(this Scope scope, string resource) =>
        $"arn:{Contracts.Arn.PartitionOf(scope.Region)}:ecs:{scope.Region}:{scope.AccountId}:{resource}";
}
