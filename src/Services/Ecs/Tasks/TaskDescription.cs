using System.Globalization;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.ContainerInstances;
using Estiba.Ecs.TaskDefinitions;
using Estiba.State;

namespace Estiba.Ecs.Tasks;

/// <summary>Tasks as customers see them.</summary>
internal static class TaskDescription
{
    /// <summary>The task as <c>DescribeTasks</c> shows it.</summary>
    internal static EcsTask Of(View view, TaskRecord task, bool withTags = true)
    {
        var arn = task.Arn;
        var definition = view.Find(
            EcsTables.TaskDefinitions,
            TaskDefinitionRecord.KeyOf(task.Scope, task.Family, task.Revision)
        )?.Definition;
        var connectivity = TaskConnectivity.Of(view, task);
        return new EcsTask
        {
            Attachments = [],
            Attributes =
            [
                new EcsAttribute
                {
                    Name = "ecs.cpu-architecture",
                    Value = definition?.RuntimePlatform?.CpuArchitecture?.ToLowerInvariant() ?? "x86_64",
                },
            ],
            AvailabilityZone = task.AvailabilityZone,
            CapacityProviderName = task.CapacityProvider,
            ClusterArn = task.Scope.Arn($"cluster/{task.Cluster}"),
            Connectivity = connectivity.Status,
            ConnectivityAt = connectivity.At,
            ContainerInstanceArn = task.ContainerInstance is { } instance
                ? ContainerInstanceRecord.ArnOf(task.Scope, task.Cluster, instance)
                : null,
            Containers = [.. task.Containers.Select(container => container with { TaskArn = arn })],
            Cpu = (task.Overrides?.Cpu ?? definition?.Cpu) ?? task.Resources.Cpu.ToString(CultureInfo.InvariantCulture),
            CreatedAt = task.CreatedAt,
            DesiredStatus = task.DesiredStatus,
            EnableExecuteCommand = task.EnableExecuteCommand,
            ExecutionStoppedAt = task.ExecutionStoppedAt,
            Group = task.Group,
            HealthStatus = task.HealthStatus,
            LastStatus = task.LastStatus,
            LaunchType = task.LaunchType,
            Memory = (task.Overrides?.Memory ?? definition?.Memory)
                ?? task.Resources.Memory.ToString(CultureInfo.InvariantCulture),
            Overrides = OverridesOf(task),
            PullStartedAt = task.PullStartedAt,
            PullStoppedAt = task.PullStoppedAt,
            StartedAt = task.StartedAt,
            StartedBy = task.StartedBy,
            StopCode = task.StopCode,
            StoppedAt = task.StoppedAt,
            StoppedReason = task.StoppedReason,
            StoppingAt = task.StoppingAt,
            Tags = withTags ? task.Tags : [],
            TaskArn = arn,
            TaskDefinitionArn = task.TaskDefinitionArn,
            Version = task.Version,
        };
    }

    // ECS lists every container among the overrides, also those without any.
    private static TaskOverride OverridesOf(TaskRecord task)
    {
        var given = task.Overrides ?? new TaskOverride();
        return given with
        {
            ContainerOverrides =
            [
                .. task.Containers.Select(container =>
                    given.ContainerOverrides?.FirstOrDefault(change => change.Name == container.Name)
                    ?? new ContainerOverride { Name = container.Name }
                ),
            ],
            InferenceAcceleratorOverrides = given.InferenceAcceleratorOverrides ?? [],
        };
    }
}
