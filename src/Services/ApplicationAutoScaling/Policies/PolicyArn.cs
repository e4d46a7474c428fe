using Estiba.Contracts;

namespace Estiba.ApplicationAutoScaling.Policies;

/// <summary>The ARN of a scaling policy:
/// <c>arn:aws:autoscaling:REGION:ACCOUNT:scalingPolicy:UUID:resource/ecs/service/CLUSTER/SERVICE:policyName/NAME</c>.
/// The UUID is the scalable target's; alarms that a policy makes have <c>:createdBy/UUID</c> at the end.</summary>
/// <param name="Scope">The account and region.</param>
/// <param name="TargetId">The scalable target's id.</param>
/// <param name="ResourceId">The service.</param>
/// <param name="Name">The policy's name.</param>
internal sealed record PolicyArn(Scope Scope, string TargetId, string ResourceId, string Name)
{
    /// <summary>What stands before the id of who made an alarm.</summary>
    internal const string CreatedBy = ":createdBy/";

    private const string Service = "autoscaling";
    private const string Type = "scalingPolicy:";
    private const string Resource = ":resource/ecs/";
    private const string PolicyName = ":policyName/";

    internal static string Of(Scope scope, string targetId, string resourceId, string name) =>
        new Arn(
            Service,
            scope.Region,
            scope.AccountId,
            $"{Type}{targetId}{Resource}{resourceId}{PolicyName}{name}"
        ).ToString();

    /// <summary>Reads an ARN; null where it is that of no policy for a service of ECS.</summary>
    internal static PolicyArn? TryParse(string text)
    {
        if (
            !Arn.TryParse(text, out var arn)
            || arn.Service != Service
            || !arn.Resource.StartsWith(Type, StringComparison.Ordinal)
        )
            return null;
        var resource = arn.Resource.IndexOf(Resource, StringComparison.Ordinal);
        var name = arn.Resource.IndexOf(PolicyName, StringComparison.Ordinal);
        if (resource < 0 || name < resource)
            return null;
        var named = arn.Resource[(name + PolicyName.Length)..];
        var createdBy = named.LastIndexOf(CreatedBy, StringComparison.Ordinal);
        return new PolicyArn(
            new Scope(arn.AccountId, arn.Region),
            arn.Resource[Type.Length..resource],
            arn.Resource[(resource + Resource.Length)..name],
            createdBy < 0 ? named : named[..createdBy]
        );
    }
}
