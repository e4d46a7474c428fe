using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using static Estiba.Contracts.Ecs.EcsErrors;

namespace Estiba.Ecs.TaskDefinitions.Validation;

/// <summary>
/// Everything that ECS checks when a task definition is registered, beyond what its model says; the checks are in a
/// type for each subject.
/// </summary>
/// <remarks>
/// Follows "Amazon ECS task definition parameters" of the developer guide. The first check that fails names the error.
/// </remarks>
internal static class TaskDefinitionValidation
{
    private const int LargestDefinition = 65_536;

    /// <summary>Accepts the definition or refuses it.</summary>
    /// <param name="definition">With defaults filled in.</param>
    /// <exception cref="AwsException"><c>ClientException</c>, with what is wrong.</exception>
    internal static void Check(TaskDefinition definition)
    {
        CheckFamily(definition.Family);
        CheckLength(definition);
        ContainerChecks.Check(definition.ContainerDefinitions!);
        RoleChecks.Check(definition);
        SizeChecks.Check(definition);
        NetworkChecks.Check(definition);
        PortChecks.Check(definition);
        VolumeChecks.Check(definition);
        DependencyChecks.Check(definition.ContainerDefinitions!);
        LogChecks.Check(definition);
        foreach (var container in definition.ContainerDefinitions!)
        {
            EnvironmentChecks.Check(container, definition.ExecutionRoleArn);
            HealthCheckChecks.Check(container);
            RuntimeChecks.Check(container);
        }

        PlacementChecks.Check(definition);
        if (
            definition.RequiresCompatibilities?.Contains(Compatibility.Fargate) == true
            && FargateRules.FirstObstacle(definition) is { } obstacle
        )
            throw ClientException(obstacle);
        if (
            definition.RequiresCompatibilities?.Contains(Compatibility.External) == true
            && ExternalRules.FirstObstacle(definition) is { } reason
        )
            throw ClientException(reason);
    }

    // "Amazon ECS service quotas", developer guide.
    private static void CheckLength(TaskDefinition definition)
    {
        var length = Encoding.UTF8.GetByteCount(ShapeJson.ToText(definition));
        if (length > LargestDefinition)
            throw ClientException($"Actual length: '{length}'. Max allowed length is '{LargestDefinition}' bytes.");
    }

    private static void CheckFamily(string? family)
    {
        if (string.IsNullOrEmpty(family))
            throw ClientException("Family should not be null or empty.");
        if (!TaskDefinitionNames.IsValid(family))
            throw ClientException("Family contains invalid characters.");
    }
}
