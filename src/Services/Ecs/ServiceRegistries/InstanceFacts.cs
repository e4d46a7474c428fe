using System.Globalization;
using Estiba.Contracts;
using Estiba.Contracts.ServiceDiscovery;
using Estiba.Ecs.ContainerInstances;
using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Ecs.ServiceRegistries;

/// <summary>What a registry is told of a task ("Service discovery", instance attributes).</summary>
internal static class InstanceFacts
{
    /// <summary>The attributes of a task.</summary>
    /// <param name="view">The state, which has its container instance.</param>
    /// <param name="task">The task, which runs.</param>
    /// <param name="registration">Which port of it.</param>
    /// <param name="isTold">Whether the registry is told how its instances are.</param>
    /// <exception cref="AwsException"><c>InvalidInput</c>: nobody knows the address of its container instance, or the
    /// port of its container there.</exception>
    internal static IReadOnlyDictionary<string, string> Of(
        View view,
        TaskRecord task,
        TaskRegistration registration,
        bool isTold
    )
    {
        var instance = task.InstanceKey is { } key ? view.Find(EcsTables.ContainerInstances, key) : null;
        if (instance?.PrivateIp is not { } address)
            throw ServiceDiscoveryErrors.InvalidInput(
                "The container instance of the task has not said under which address it is."
            );
        if (registration.IsServiceConnect)
            return OfServiceConnect(task, registration, address);
        var facts = new Dictionary<string, string>
        {
            ["AWS_INSTANCE_IPV4"] = address,
            ["REGION"] = task.Scope.Region,
            ["ECS_SERVICE_NAME"] = task.Service!,
            ["ECS_CLUSTER_NAME"] = task.Cluster,
            ["ECS_TASK_DEFINITION_FAMILY"] = task.Family,
        };
        if (registration.ContainerName is not null)
            facts["AWS_INSTANCE_PORT"] = PortOf(task, registration).ToString(CultureInfo.InvariantCulture);
        if (task.AvailabilityZone is { } zone)
            facts["AVAILABILITY_ZONE"] = zone;
        if (instance.Ec2InstanceId is { } id)
            facts["EC2_INSTANCE_ID"] = id;
        if (isTold)
            facts["AWS_INIT_HEALTH_STATUS"] = RegistryPlan.IsHealthy(task)
                ? CustomHealthStatus.Healthy
                : CustomHealthStatus.Unhealthy;
        return facts;
    }

    private static Dictionary<string, string> OfServiceConnect(
        TaskRecord task,
        TaskRegistration registration,
        string address
    )
    {
        var facts = new Dictionary<string, string>
        {
            ["AWS_INSTANCE_IPV4"] = address,
            ["AWS_INSTANCE_PORT"] = PortOf(task, registration).ToString(CultureInfo.InvariantCulture),
        };
        if (task.StartedBy is { } deployment)
            facts["DeploymentId"] = deployment[(deployment.LastIndexOf('/') + 1)..];
        if (task.AvailabilityZone is { } zone)
            facts["AvailabilityZone"] = zone;
        return facts;
    }

    private static int PortOf(TaskRecord task, TaskRegistration registration) =>
        task.Containers.FirstOrDefault(container => container.Name == registration.ContainerName)
            ?.NetworkBindings?.FirstOrDefault(binding => binding.ContainerPort == registration.ContainerPort)
            ?.HostPort
        ?? throw ServiceDiscoveryErrors.InvalidInput(
            $"The container {registration.ContainerName} has no port {registration.ContainerPort} on its container "
                + "instance."
        );
}
