using System.Buffers;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Queries;
using Estiba.Ecs.TaskDefinitions;
using Estiba.Ecs.TaskDefinitions.Validation;

namespace Estiba.Ecs.Tasks;

/// <summary>Checks what requests for tasks and for services have in common.</summary>
internal static class TaskRequests
{
    private static readonly SearchValues<char> OfStartedBy = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-/_"
    );

    private const int MostConstraints = 10;
    private const int MostStrategies = 5;
    private const int LongestExpression = 2000;
    private const int LongestStartedBy = 128;
    private const int LongestReason = 1024;
    private const int LongestReferenceId = 1024;
    private const int LongestOverrides = 8192;

    /// <summary>
    /// Refuses what needs capacity that is not a container instance, and what says twice where tasks are to run.
    /// </summary>
    /// <exception cref="AwsException"><c>UnsupportedFeatureException</c> or
    /// <c>InvalidParameterException</c>.</exception>
    internal static void ValidateCapacity(string? launchType, IReadOnlyList<CapacityProviderStrategyItem>? strategy)
    {
        if (launchType is not null && strategy is { Count: > 0 })
            throw EcsErrors.InvalidParameterException(
                "Specifying both a launch type and capacity provider strategy is not supported. Remove one and "
                    + "try again."
            );
        if (launchType == LaunchType.Fargate)
            throw EcsErrors.UnsupportedFeatureException(
                "Estiba does not run tasks with launch type FARGATE yet. Use EC2 with container instances of your own."
            );
        if (launchType is not null and not (LaunchType.Ec2 or LaunchType.External))
            throw EcsErrors.UnsupportedFeatureException(
                $"Estiba does not have the launch type {launchType}. Use EC2 or EXTERNAL: their container "
                    + "instances are hosts of your own."
            );
    }

    /// <summary>
    /// Texts may not be longer than documented, nor have other characters ("RunTask", API reference).
    /// </summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>.</exception>
    internal static void ValidateTexts(
        string? startedBy = null,
        string? reason = null,
        string? referenceId = null,
        string? group = null
    )
    {
        Check("startedBy", startedBy, LongestStartedBy);
        Check("reason", reason, LongestReason);
        Check("referenceId", referenceId, LongestReferenceId);
        if (group?.StartsWith(TaskTemplate.ServiceGroup, StringComparison.Ordinal) == true)
            throw EcsErrors.InvalidParameterException("Invalid namespace for group");
        if (startedBy?.AsSpan().ContainsAnyExcept(OfStartedBy) == true)
            throw EcsErrors.InvalidParameterException(
                "startedBy may contain letters, numbers, hyphens, forward slashes and underscores."
            );

        static void Check(string name, string? text, int longest)
        {
            if (text?.Length > longest)
                throw EcsErrors.InvalidParameterException($"{name} longer than {longest}.");
        }
    }

    /// <summary>
    /// A task that is started by itself has no service whose tags it could get ("RunTask", API reference).
    /// </summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>.</exception>
    internal static void ValidatePropagation(string? propagateTags)
    {
        if (propagateTags == PropagateTags.Service)
            throw EcsErrors.InvalidParameterException(
                "propagateTags can be SERVICE only for the tasks of a service. Use TASK_DEFINITION or NONE."
            );
    }

    /// <summary>
    /// A definition must suit the launch type that its tasks are to have ("compatibilities", TaskDefinition, API
    /// reference).
    /// </summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>.</exception>
    internal static void ValidateLaunchType(TaskDefinition definition, string? launchType)
    {
        if (launchType is not null && definition.Compatibilities is { } suited && !suited.Contains(launchType))
            throw EcsErrors.InvalidParameterException($"Task definition does not support launch_type {launchType}.");
    }

    /// <summary>Platform versions are Fargate's.</summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>.</exception>
    internal static void ValidatePlatform(string? platformVersion, string? launchType = null)
    {
        if (!string.IsNullOrEmpty(platformVersion))
            throw EcsErrors.InvalidParameterException(
                $"The platform version must be null when specifying an {launchType ?? LaunchType.Ec2} launch type."
            );
    }

    /// <summary>The answer to volumes that are attached when tasks start, which are Amazon EBS's.</summary>
    internal static AwsException NoVolumes() =>
        EcsErrors.UnsupportedFeatureException(
            "Estiba has no Amazon EBS volumes. Leave volumeConfigurations out, and use bind mounts or Docker volumes."
        );

    /// <summary>Tasks with an interface of their own need to know its network; others must not have one.</summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>.</exception>
    internal static void ValidateNetwork(TaskDefinition definition, NetworkConfiguration? network)
    {
        var hasInterface = definition.NetworkMode == NetworkMode.Awsvpc;
        if (hasInterface && network?.AwsvpcConfiguration is null)
            throw EcsErrors.InvalidParameterException(
                "Network Configuration must be provided when networkMode 'awsvpc' is specified."
            );
        if (!hasInterface && network?.AwsvpcConfiguration is not null)
            throw EcsErrors.InvalidParameterException(
                "Network Configuration is not valid for the given networkMode of this task definition."
            );
    }

    /// <summary>
    /// The network as it is kept and shown: nothing for tasks without an interface, and with what was left out filled
    /// in for others.
    /// </summary>
    internal static NetworkConfiguration? Network(NetworkConfiguration? given) =>
        given?.AwsvpcConfiguration is { } network
            ? new NetworkConfiguration
            {
                AwsvpcConfiguration = network with
                {
                    AssignPublicIp = network.AssignPublicIp ?? AssignPublicIp.Disabled,
                    SecurityGroups = network.SecurityGroups ?? [],
                },
            }
            : null;

    /// <summary>
    /// Commands are executed in containers with the permissions of the task role ("Using ECS Exec", developer guide).
    /// </summary>
    /// <param name="enableExecuteCommand">Whether tasks are to take commands.</param>
    /// <param name="definition">What the tasks run.</param>
    /// <param name="overrides">What one task changes of it.</param>
    /// <param name="subject">What is refused without a role: <c>service couldn't be created</c>.</param>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>: there is no task role.</exception>
    internal static void RequireRoleForCommands(
        bool? enableExecuteCommand,
        TaskDefinition definition,
        TaskOverride? overrides,
        string subject
    )
    {
        if (enableExecuteCommand == true && string.IsNullOrEmpty(overrides?.TaskRoleArn ?? definition.TaskRoleArn))
            throw EcsErrors.InvalidParameterException(
                $"The {subject} because a valid taskRoleArn is not being used. Specify a valid task role in your "
                    + "task definition and try again."
            );
    }

    /// <exception cref="AwsException"> <c>InvalidParameterException</c>: they are too long, or one is for a container
    /// that the definition does not have; <c>ClientException</c>: a container cannot have such a size, environment or
    /// resources.
    /// </exception>
    internal static void ValidateOverrides(TaskDefinition definition, TaskOverride? overrides)
    {
        if (overrides is not null && ShapeJson.ToText(overrides).Length > LongestOverrides)
            throw EcsErrors.InvalidParameterException($"Container Overrides length must be at most {LongestOverrides}");
        if (overrides?.InferenceAcceleratorOverrides is { Count: > 0 })
            throw EcsErrors.ClientException("Unsupported field 'inferenceAccelerators'.");
        if (overrides?.EphemeralStorage is not null)
            throw EcsErrors.InvalidParameterException(
                "Tasks using the EC2 launch type do not support EphemeralStorage."
            );
        foreach (var change in overrides?.ContainerOverrides ?? [])
        {
            var container = definition.ContainerDefinitions!.FirstOrDefault(container => container.Name == change.Name)
                ?? throw EcsErrors.InvalidParameterException(
                    $"Override for container named {change.Name} is not a container in the TaskDefinition."
                );
            var changed = container with
            {
                Cpu = change.Cpu ?? container.Cpu,
                Memory = change.Memory ?? container.Memory,
                MemoryReservation = change.MemoryReservation ?? container.MemoryReservation,
                Environment = [.. container.Environment!, .. change.Environment ?? []],
                EnvironmentFiles = change.EnvironmentFiles ?? container.EnvironmentFiles,
                ResourceRequirements = change.ResourceRequirements ?? container.ResourceRequirements,
            };
            SizeChecks.Check(changed, TaskSize.Memory(overrides!.Memory ?? definition.Memory));
            EnvironmentChecks.Check(changed, overrides.ExecutionRoleArn ?? definition.ExecutionRoleArn);
            RuntimeChecks.CheckResources(changed);
        }
    }

    /// <exception cref="AwsException"><c>InvalidParameterException</c>: too many, or a constraint or strategy that
    /// cannot be.</exception>
    internal static void ValidatePlacement(
        IReadOnlyList<PlacementConstraint>? constraints,
        IReadOnlyList<PlacementStrategy>? strategies
    )
    {
        if (constraints is { Count: > MostConstraints })
            throw EcsErrors.InvalidParameterException($"Maximum number of constraints is {MostConstraints}.");
        if (strategies is { Count: > MostStrategies })
            throw EcsErrors.InvalidParameterException($"Maximum number of strategies is {MostStrategies}.");
        foreach (var constraint in constraints ?? [])
            ValidateConstraint(constraint);
        foreach (var strategy in strategies ?? [])
            ValidateStrategy(strategy);
    }

    private static void ValidateConstraint(PlacementConstraint constraint)
    {
        switch (constraint.Type)
        {
            case PlacementConstraintType.MemberOf:
                if (constraint.Expression is { Length: > LongestExpression })
                    throw EcsErrors.InvalidParameterException(
                        $"memberOf expression cannot be longer than {LongestExpression} characters."
                    );
                ClusterQuery.Parse(constraint.Expression);
                break;
            case PlacementConstraintType.DistinctInstance:
                if (constraint.Expression is not null)
                    throw EcsErrors.InvalidParameterException("distinctInstance expression should not be specified.");
                break;
            default:
                throw EcsErrors.InvalidParameterException("Placement constraint type cannot be empty.");
        }
    }

    private static void ValidateStrategy(PlacementStrategy strategy)
    {
        var field = strategy.Field ?? "";
        switch (strategy.Type)
        {
            case PlacementStrategyType.Random:
                if (field.Length > 0)
                    throw EcsErrors.InvalidParameterException("random field should not be specified.");
                break;
            case PlacementStrategyType.Binpack:
                if (
                    !field.Equals("cpu", StringComparison.OrdinalIgnoreCase)
                    && !field.Equals("memory", StringComparison.OrdinalIgnoreCase)
                )
                    throw EcsErrors.InvalidParameterException($"binpack field '{field}' is invalid.");
                break;
            case PlacementStrategyType.Spread:
                if (
                    field is not ("" or "instanceId" or "host")
                    && !field.StartsWith("attribute:", StringComparison.Ordinal)
                    && !field.StartsWith("ecs.", StringComparison.Ordinal)
                )
                    throw EcsErrors.InvalidParameterException($"spread field '{field}' is invalid.");
                break;
            default:
                throw EcsErrors.InvalidParameterException("Placement strategy type cannot be empty.");
        }
    }
}
