using System.Text.RegularExpressions;
using Estiba.Contracts;
using Estiba.Contracts.ApplicationAutoScaling;
using Estiba.State;
using static Estiba.Contracts.ApplicationAutoScaling.ApplicationAutoScalingErrors;

namespace Estiba.ApplicationAutoScaling.ScalableTargets;

/// <summary>How requests name scalable targets. Only services of ECS can be scaled here.</summary>
internal static partial class TargetNames
{
    /// <summary>The only dimension.</summary>
    internal const string Dimension = ScalableDimension.EcsServiceDesiredCount;

    /// <summary>Checks the three parts that name a target.</summary>
    /// <exception cref="AwsException">They name none that could be scaled.</exception>
    internal static void Check(string serviceNamespace, string resourceId, string? dimension)
    {
        if (serviceNamespace != ServiceNamespace.Ecs || dimension != Dimension || !Service().IsMatch(resourceId))
            throw Unsupported();
    }

    /// <summary>Checks what a list is to be of.</summary>
    /// <param name="serviceNamespace">The namespace.</param>
    /// <param name="resourceIds">The resources; empty for all.</param>
    /// <param name="dimension">The dimension; null for any.</param>
    /// <param name="member">What the request calls the resources.</param>
    /// <exception cref="AwsException">There can be none of it.</exception>
    internal static void CheckFilter(
        string serviceNamespace,
        IReadOnlyList<string> resourceIds,
        string? dimension,
        string member
    )
    {
        if (dimension is not null && resourceIds.Count == 0)
            throw ValidationException($"{member} must be specified when ScalableDimension is specified");
        if (dimension is not null && !dimension.StartsWith(serviceNamespace + ":", StringComparison.Ordinal))
            throw Unsupported();
        // Of other services there is nothing to list.
        if (serviceNamespace == ServiceNamespace.Ecs && !resourceIds.All(id => Service().IsMatch(id)))
            throw Unsupported();
    }

    /// <summary>The target that a request names.</summary>
    /// <param name="view">The state.</param>
    /// <param name="scope">Whose.</param>
    /// <param name="resourceId">The service.</param>
    /// <param name="verb"><c>registered</c> where something is to be made of it, <c>found</c> where it is itself
    /// meant: AWS says both.</param>
    /// <exception cref="AwsException">It is not registered.</exception>
    internal static ScalableTargetRecord Require(View view, Scope scope, string resourceId, string verb) =>
        view.Find(ApplicationAutoScalingTables.Targets, ScalableTargetRecord.KeyOf(scope, resourceId))
        ?? throw ObjectNotFoundException(
            $"No scalable target {verb} for service namespace: ecs, resource ID: {resourceId}, "
                + $"scalable dimension: {Dimension}"
        );

    /// <summary>The target with an ARN.</summary>
    /// <exception cref="AwsException">There is none.</exception>
    internal static ScalableTargetRecord RequireArn(View view, Scope scope, string arn) =>
        (
            Arn.TryParse(arn, out var parsed) && new Scope(parsed.AccountId, parsed.Region) == scope
                ? view.Where(
                        ApplicationAutoScalingTables.Targets,
                        ApplicationAutoScalingTables.TargetsById,
                        scope.Key(parsed.ResourceName)
                    )
                    .FirstOrDefault()
                : null
        )
        ?? throw ResourceNotFoundException(
            $"The scalable target {arn} does not exist.",
            new ResourceNotFoundExceptionDetails { ResourceName = arn }
        );

    private static AwsException Unsupported() =>
        ValidationException("Unsupported service namespace, resource type or scalable dimension");

    [GeneratedRegex("^service/[A-Za-z0-9_-]{1,255}/[A-Za-z0-9_-]{1,255}$", RegexOptions.CultureInvariant)]
    private static partial Regex Service();
}
