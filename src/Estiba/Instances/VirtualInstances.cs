using System.Collections.Concurrent;
using Estiba.Agent;
using Estiba.Agent.Engines;
using Estiba.Agent.Metadata;
using Estiba.Compute.Instances;
using Estiba.Contracts;
using Estiba.Contracts.Signing;
using Microsoft.Extensions.Logging;

namespace Estiba.Instances;

/// <summary>What virtual instances have in common.</summary>
internal sealed record VirtualInstancesOptions
{
    /// <summary>Each instance's agent has a directory in it, named by the instance's id.</summary>
    internal required string Directory { get; init; }

    /// <summary>Where environment files are, a folder for each bucket.</summary>
    internal required string EnvironmentFiles { get; init; }

    /// <summary>Host and port of the registry, as the engine reaches it.</summary>
    internal required string Registry { get; init; }

    /// <summary>Where containers ask for credentials; null where they cannot.</summary>
    internal TaskMetadataEndpoint? Metadata { get; init; }

    /// <summary>Where programs on this machine reach the platform.</summary>
    internal required Uri Platform { get; init; }

    /// <summary>Where containers on bridges reach it; null where they do not.</summary>
    internal Uri? PlatformForContainers { get; init; }
}

/// <summary>Runs an agent in this process for each virtual instance, all on one engine.</summary>
internal sealed class VirtualInstances(
    VirtualInstancesOptions options,
    AgentServices services,
    InstanceCredentials credentials,
    IContainerEngine engine,
    EngineEvents events,
    TimeProvider time,
    ILoggerFactory loggers) : IInstanceHost, IAsyncDisposable
{
    private const string Ec2Service = "ec2.amazonaws.com";
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<string, Running> _running = new(StringComparer.Ordinal);
    private readonly ILogger _logger = loggers.CreateLogger("Estiba.Instances");

    /// <inheritdoc/>
    public Task StartAsync(InstanceLaunch instance, CancellationToken cancellation)
    {
        _running.GetOrAdd(instance.InstanceId, _ =>
        {
            var key = credentials.Issue(instance.AccountId, instance.InstanceId);
            var agent = new ContainerInstanceAgent(
                Options(instance, key), services, engine, events, time, Random.Shared, loggers.CreateLogger("Estiba.Agent"), options.Metadata);
            agent.Start();
            return new Running(agent, key);
        });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    /// <remarks>The agent sees its containers stop, and reports it, before it ends itself.</remarks>
    public async Task StopAsync(InstanceLaunch instance, CancellationToken cancellation)
    {
        var containers = await engine.ListContainersAsync([$"{ContainerInstanceAgent.InstanceLabel}={instance.InstanceId}"], cancellation);
        await Parallel.ForEachAsync(
            containers, cancellation, async (container, token) => await engine.StopContainerAsync(container.Id, ShutdownTimeout, token));
        if (_running.TryRemove(instance.InstanceId, out var running)) await EndAsync(running);
    }

    /// <inheritdoc/>
    /// <remarks>ECS learns of it as on AWS: the container instance of a terminated instance is deregistered from its cluster.</remarks>
    public async Task TerminateAsync(InstanceLaunch instance, CancellationToken cancellation)
    {
        if (_running.TryRemove(instance.InstanceId, out var running)) await EndAsync(running);
        await PowerCut.RemoveEverythingAsync(engine, instance.InstanceId, cancellation);
        await DeregisterAsync(instance, cancellation);
        var directory = DirectoryOf(instance);
        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
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

    private async Task DeregisterAsync(InstanceLaunch instance, CancellationToken cancellation)
    {
        var context = Ec2(instance);
        try
        {
            var found = await services.Ecs.ListContainerInstancesAsync(
                new() { Cluster = instance.Cluster, Filter = $"ec2InstanceId == {instance.InstanceId}" }, context, cancellation);
            foreach (var arn in found.ContainerInstanceArns ?? [])
            {
                await services.Ecs.DeregisterContainerInstanceAsync(
                    new() { Cluster = instance.Cluster, ContainerInstance = arn, Force = true }, context, cancellation);
            }
        }
        catch (AwsException gone) when (gone.Code is "ClusterNotFoundException" or "InvalidParameterException")
        {
            InstanceLog.NotDeregistered(_logger, instance.InstanceId, gone.Message);
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
            DataDirectory = DirectoryOf(instance),
            EnvironmentFilesDirectory = options.EnvironmentFiles,
            Cpu = instance.Cpu,
            Memory = instance.MemoryMiB,
            InstanceIdentityDocument = instance.IdentityDocument,
            BindAddress = instance.Address,
            RegistryEndpoint = options.Registry,
            PlatformEndpoint = options.Platform,
            ContainersPlatformEndpoint = options.PlatformForContainers,
            Attributes = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["ecs.availability-zone"] = instance.AvailabilityZone,
                ["ecs.instance-type"] = instance.InstanceType,
                ["ecs.ami-id"] = instance.ImageId,
                ["ecs.vpc-id"] = instance.VpcId,
                ["ecs.subnet-id"] = instance.SubnetId,
            },
        };
        return AgentVariables.Apply(agent, instance.Settings, complaint => InstanceLog.Complaint(_logger, instance.InstanceId, complaint));
    }

    private string DirectoryOf(InstanceLaunch instance) => Path.Combine(options.Directory, instance.InstanceId);

    /// <summary>EC2 calls, not a customer: so ECS knows that the host was terminated, and its tasks say so.</summary>
    private static CallContext Ec2(InstanceLaunch instance) => new()
    {
        AccountId = instance.AccountId,
        Region = instance.Region,
        PrincipalArn = Ec2Service,
        AccessKeyId = "",
        RequestId = Guid.NewGuid().ToString(),
        Service = Ec2Service,
        SourceArn = $"arn:aws:ec2:{instance.Region}:{instance.AccountId}:instance/{instance.InstanceId}",
    };

    private sealed record Running(ContainerInstanceAgent Agent, AwsCredentials Key);
}
