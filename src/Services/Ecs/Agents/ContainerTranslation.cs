using Estiba.Contracts.Acs;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.TaskDefinitions;
using Estiba.Ecs.Tasks;
using Container = Estiba.Contracts.Acs.Container;

namespace Estiba.Ecs.Agents;

/// <summary>Turns the definition of a container into the agent protocol's form.</summary>
/// <remarks>
/// Ports, mounts, links, volumes of other containers, environment, command and entry point go in the protocol's own
/// words, because the agent completes them; all else is in <c>dockerConfig</c>, which the agent lays over what it has
/// made of those.
/// </remarks>
internal sealed class ContainerTranslation(
    TaskRecord task,
    TaskDefinition definition,
    ContainerDefinition container,
    IReadOnlyList<TaskRole> roles,
    AgentTraits agent,
    EcsOptions options
)
{
    /// <summary>In seconds ("ContainerRestartPolicy", API reference).</summary>
    private const int DefaultRestartAttemptPeriod = 300;

    /// <summary>
    /// What ECS says where an agent is to ship log lines with the credentials of the task's execution role, and not
    /// with its own.
    /// </summary>
    private const string WithExecutionRole = "EXECUTIONROLE";

    private readonly ContainerOverride? _override = TaskResourceRequirement.OverrideOf(container, task.Overrides);

    /// <summary>The container, of which tasks like this one differ only in what is theirs.</summary>
    internal ContainerPayload Payload() => new(Build(), task.Id);

    private Container Build() =>
        new()
        {
            Name = container.Name,
            Image = RegistryAuthentication.PullName(container.Image!, agent, options),
            Cpu = _override?.Cpu ?? container.Cpu ?? 0,
            Memory = MemoryLimit ?? 0,
            Essential = container.Essential ?? true,
            Links = container.Links ?? [],
            Command = _override?.Command ?? container.Command,
            EntryPoint = container.EntryPoint,
            Environment = Environment(),
            EnvironmentFiles =
            [
                .. (container.EnvironmentFiles ?? [])
                    .Concat(_override?.EnvironmentFiles ?? [])
                    .Select(file => new Contracts.Acs.EnvironmentFile { Value = file.Value, Type = file.Type }),
            ],
            PortMappings = [.. (container.PortMappings ?? []).Select(PortOf)],
            MountPoints =
            [
                .. (container.MountPoints ?? []).Select(mount => new Contracts.Acs.MountPoint
                {
                    SourceVolume = mount.SourceVolume,
                    ContainerPath = mount.ContainerPath,
                    ReadOnly = mount.ReadOnly ?? false,
                }),
            ],
            VolumesFrom =
            [
                .. (container.VolumesFrom ?? []).Select(volume => new Contracts.Acs.VolumeFrom
                {
                    SourceContainer = volume.SourceContainer,
                    ReadOnly = volume.ReadOnly ?? false,
                }),
            ],
            DependsOn =
            [
                .. (container.DependsOn ?? []).Select(dependency => new Contracts.Acs.ContainerDependency
                {
                    ContainerName = dependency.ContainerName,
                    Condition = dependency.Condition,
                }),
            ],
            StartTimeout = container.StartTimeout,
            StopTimeout = container.StopTimeout,
            Overrides = "{}",
            DockerConfig = new DockerConfig
            {
                Version = agent.DockerApiVersion,
                Config = DockerContainerConfig.Of(container).ToText(),
                HostConfig = DockerHostConfig
                    .Of(
                        container,
                        definition,
                        task,
                        MemoryLimit,
                        _override?.MemoryReservation ?? container.MemoryReservation,
                        options
                    )
                    .ToText(),
            },
            RegistryAuthentication = RegistryAuthentication.Of(
                container.Image!,
                task.Scope,
                Has(TaskRole.Execution),
                options
            ),
            LogsAuthStrategy =
                container.LogConfiguration?.LogDriver == LogDriver.Awslogs && Has(TaskRole.Execution)
                    ? WithExecutionRole
                    : null,
            HealthCheckType = container.HealthCheck is null ? null : "docker",
            RestartPolicy = container.RestartPolicy is { } policy
                ? new RestartPolicy
                {
                    Enabled = policy.Enabled,
                    IgnoredExitCodes = policy.IgnoredExitCodes,
                    RestartAttemptPeriod = policy.RestartAttemptPeriod ?? DefaultRestartAttemptPeriod,
                }
                : null,
        };

    // Where only the task has a limit, no container of it may take more than that.
    private int? MemoryLimit =>
        _override?.Memory
        ?? container.Memory
        ?? TaskSize.Memory(task.Overrides?.Memory)
        ?? TaskSize.Memory(definition.Memory);

    private Dictionary<string, string> Environment()
    {
        // AWS's SDKs say in their user agent where they run ("AWS_EXECUTION_ENV").
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["AWS_EXECUTION_ENV"] = "AWS_ECS_" + task.LaunchType,
        };
        foreach (var (name, value) in PlatformVariables())
            variables[name] = value;
        foreach (var variable in (container.Environment ?? []).Concat(_override?.Environment ?? []))
            variables[variable.Name!] = variable.Value ?? "";
        return variables;
    }

    // Estiba's agent adds these itself to containers with a task role; in those of Amazon's a program that has
    // credentials of this platform would not know otherwise where the platform is. A container with a network of its
    // own does not reach its host's loopback address.
    private IEnumerable<(string Name, string Value)> PlatformVariables()
    {
        if (!agent.IsAmazons || !Has(TaskRole.Application))
            yield break;
        yield return ("AWS_REGION", task.Scope.Region);
        yield return ("AWS_DEFAULT_REGION", task.Scope.Region);
        if (definition.NetworkMode == NetworkMode.Host || !options.AgentEndpoint.IsLoopback)
            yield return ("AWS_ENDPOINT_URL", options.AgentEndpoint.GetLeftPart(UriPartial.Authority));
    }

    private bool Has(string role) => TaskRole.Has(roles, role);

    private static Contracts.Acs.PortMapping PortOf(Contracts.Ecs.PortMapping mapping) =>
        new()
        {
            ContainerPort = mapping.ContainerPort,
            ContainerPortRange = mapping.ContainerPortRange,
            HostPort = mapping.ContainerPortRange is null ? mapping.HostPort ?? 0 : null,
            Protocol = mapping.Protocol ?? TransportProtocol.Tcp,
            Name = mapping.Name,
        };
}
