using System.Collections.Concurrent;
using Estiba.Agent;
using Estiba.Agent.Metadata;
using Estiba.Agent.ServiceConnect;
using Estiba.Compute.Instances;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.Signing;
using Estiba.Engines;
using Estiba.Files;
using Microsoft.Extensions.Logging;

namespace Estiba.Instances;

/// <summary>What virtual instances have in common.</summary>
internal sealed record VirtualInstancesOptions
{
    /// <summary>The platform's id, which its containers bear; null where they bear none.</summary>
    internal string? PlatformId { get; init; }

    /// <summary>Hears of what is missing; null where nobody asks.</summary>
    internal Damage? Damage { get; init; }

    /// <summary>Each instance's agent has a directory in it, named by the instance's id.</summary>
    internal required string Directory { get; init; }

    /// <summary>Where environment files are, a folder for each bucket.</summary>
    internal required string EnvironmentFiles { get; init; }

    /// <summary>Host and port of the registry, as the engine reaches it.</summary>
    internal required string Registry { get; init; }

    /// <summary>What containers may do to this machine.</summary>
    internal HostAccess HostAccess { get; init; } = HostAccess.Nothing;

    /// <summary>Paths of this machine that no container may bind.</summary>
    internal IReadOnlyList<string> NeverBound { get; init; } = [];

    /// <summary>Where containers ask for credentials; null where they cannot.</summary>
    internal TaskMetadataEndpoint? Metadata { get; init; }

    /// <summary>What carries connections of Service Connect; null where nothing can.</summary>
    internal ServiceConnectProxy? ServiceConnect { get; init; }

    /// <summary>Where programs on this machine reach the platform.</summary>
    internal required Uri Platform { get; init; }

    /// <summary>Whom containers ask for names; null leaves it to the engine.</summary>
    internal Func<ContainerResolver>? Resolver { get; init; }

    /// <summary>Where containers on bridges reach it; null where they do not.</summary>
    internal Uri? PlatformForContainers { get; init; }
}

/// <summary>Runs an agent in this process for each virtual instance, all on one engine.</summary>
/// <param name="options">What they have in common.</param>
/// <param name="services">What agents call, each with the key of its instance.</param>
/// <param name="ecs">ECS, called as EC2: so it knows that a host was terminated, and its tasks say so.</param>
/// <param name="credentials">Makes the instances' keys.</param>
/// <param name="engine">What runs their containers.</param>
/// <param name="events">What happens to these.</param>
/// <param name="time">The clock.</param>
/// <param name="loggers">Where they say what happens.</param>
internal sealed class VirtualInstances(
    VirtualInstancesOptions options,
    AgentServices services,
    IEcsApi ecs,
    InstanceCredentials credentials,
    IContainerEngine engine,
    EngineEvents events,
    TimeProvider time,
    ILoggerFactory loggers
) : IInstanceHost, IAsyncDisposable
{
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<string, Running> _running = new(StringComparer.Ordinal);
    private readonly ILogger _logger = loggers.CreateLogger("Estiba.Instances");

    /// <inheritdoc/>
    public async Task<InstanceStart> StartAsync(InstanceLaunch instance, CancellationToken cancellation)
    {
        if (!_running.ContainsKey(instance.InstanceId))
            await LookForMemoryAsync(instance, cancellation);
        _running.GetOrAdd(instance.InstanceId, _ =>
        {
            var key = credentials.Issue(instance.AccountId, instance.Region, instance.InstanceId);
            var agent = new ContainerInstanceAgent(
                Options(instance, key),
                services,
                engine,
                events,
                time,
                Random.Shared,
                loggers.CreateLogger("Estiba.Agent"),
                options.Metadata,
                options.ServiceConnect
            );
            agent.Start();
            return new Running(agent, key);
        });
        return InstanceStart.Done;
    }

    /// <inheritdoc/>
    /// <remarks>The agent sees its containers stop, and reports it, before it ends itself.</remarks>
    public async Task StopAsync(InstanceLaunch instance, CancellationToken cancellation)
    {
        var containers = await engine.ListContainersAsync(
            [$"{ContainerInstanceAgent.InstanceLabel}={instance.InstanceId}"],
            cancellation
        );
        await Parallel.ForEachAsync(
            containers.Where(container => ContainerInstanceAgent.IsOf(container.Labels, options.PlatformId)),
            cancellation,
            async (container, token) => await engine.StopContainerAsync(container.Id, ShutdownTimeout, token)
        );
        if (_running.TryRemove(instance.InstanceId, out var running))
            await EndAsync(running);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// ECS learns of it as on AWS: the container instance of a terminated instance is deregistered from its cluster.
    /// </remarks>
    public async Task TerminateAsync(InstanceLaunch instance, CancellationToken cancellation)
    {
        if (_running.TryRemove(instance.InstanceId, out var running))
            await EndAsync(running);
        await PowerCut.RemoveEverythingAsync(engine, instance.InstanceId, options.PlatformId, cancellation);
        await RegistrationOfInstance.EndAsync(ecs, instance, _logger, cancellation);
        var directory = DirectoryOf(instance);
        if (Directory.Exists(directory))
            Directory.Delete(directory, recursive: true);
    }

    /// <summary>Ends the agents; containers go on running.</summary>
    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_running.Values.Select(EndAsync));
        _running.Clear();
    }

    private async Task EndAsync(Running running)
    {
        await running.Agent.DisposeAsync();
        credentials.Revoke(running.Key);
    }

    /// <summary>
    /// An instance that is registered has an agent with a memory. Where that is gone, the agent is a new one, and its
    /// containers are started anew.
    /// </summary>
    private async Task LookForMemoryAsync(InstanceLaunch instance, CancellationToken cancellation)
    {
        var directory = DirectoryOf(instance);
        if (options.Damage is null || Directory.Exists(directory))
            return;
        try
        {
            var found = await ecs.ListContainerInstancesAsync(
                new() { Cluster = instance.Cluster, Filter = $"ec2InstanceId == {instance.InstanceId}" },
                RegistrationOfInstance.ContextOf(instance),
                cancellation
            );
            if (found.ContainerInstanceArns is { Count: > 0 })
                options.Damage.Report(
                    directory,
                    $"{directory} is missing: the agent of {instance.InstanceId} has forgotten what it runs, "
                        + "registers anew and starts its tasks anew. Restore a backup (estiba restore) to keep them."
                );
        }
        catch (AwsException gone) when (gone.Code is "ClusterNotFoundException" or "InvalidParameterException")
        {
            // It has never registered.
        }
    }

    private AgentOptions Options(InstanceLaunch instance, AwsCredentials key)
    {
        var agent = new AgentOptions
        {
            Cluster = instance.Cluster,
            Region = instance.Region,
            AccountId = instance.AccountId,
            Credentials = () => key,
            InstanceId = instance.InstanceId,
            PlatformId = options.PlatformId,
            DataDirectory = DirectoryOf(instance),
            EnvironmentFilesDirectory = options.EnvironmentFiles,
            HostAccess = options.HostAccess,
            NeverBound = options.NeverBound,
            Cpu = instance.Cpu,
            Memory = instance.MemoryMiB,
            InstanceIdentityDocument = instance.IdentityDocument,
            BindAddress = instance.Address,
            RegistryEndpoint = options.Registry,
            PlatformEndpoint = options.Platform,
            ContainersPlatformEndpoint = options.PlatformForContainers,
            Resolver = options.Resolver,
            Attributes = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["ecs.availability-zone"] = instance.AvailabilityZone,
                ["ecs.instance-type"] = instance.InstanceType,
                ["ecs.ami-id"] = instance.ImageId,
                ["ecs.vpc-id"] = instance.VpcId,
                ["ecs.subnet-id"] = instance.SubnetId,
            },
        };
        return AgentVariables.Apply(agent, instance.Settings, complaint =>
            InstanceLog.Complaint(_logger, instance.InstanceId, complaint)
        );
    }

    private string DirectoryOf(InstanceLaunch instance) => Path.Combine(options.Directory, instance.InstanceId);

    private sealed record Running(ContainerInstanceAgent Agent, AwsCredentials Key);
}
