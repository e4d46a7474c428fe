using System.Net;
using Estiba.Contracts;
using Estiba.Contracts.Signing;

namespace Estiba.Agent;

/// <summary>
/// Everything that makes one agent this one: where it registers, what it offers, and the times it lives by.
/// </summary>
/// <remarks>
/// Names and defaults of the times are those of AWS's agent ("Amazon ECS container agent configuration").
/// </remarks>
public sealed record AgentOptions
{
    /// <summary>The cluster to register with: its name or ARN (<c>ECS_CLUSTER</c>).</summary>
    public string Cluster { get; init; } = "default";

    /// <summary>The region that web sockets are signed for.</summary>
    public required string Region { get; init; }

    /// <summary>The credentials to sign web sockets with; asked each time.</summary>
    public required Func<AwsCredentials> Credentials { get; init; }

    /// <summary>
    /// Opens web sockets, and says which servers' certificates are good; not disposed. Null trusts whom the machine
    /// trusts, and knows no proxy.
    /// </summary>
    public HttpMessageInvoker? WebSockets { get; init; }

    /// <summary>
    /// The account, twelve digits; used where a call is made in process. Empty where the server finds it from the
    /// credentials.
    /// </summary>
    public string AccountId { get; init; } = "";

    /// <summary>
    /// The host's id, such as <c>i-0123456789abcdef0</c>; labels every container, so that agents can share an engine.
    /// </summary>
    public required string InstanceId { get; init; }

    /// <summary>
    /// The platform that the host is a part of; labels every container. Null where the agent does not know: its
    /// containers bear no such label, and it touches none that does.
    /// </summary>
    public string? PlatformId { get; init; }

    /// <summary>
    /// Where the agent remembers what it is and what it runs. Null remembers nothing: after a restart it is a new
    /// instance.
    /// </summary>
    public string? DataDirectory { get; init; }

    /// <summary>CPU units offered: 1,024 for each vCPU.</summary>
    public required int Cpu { get; init; }

    /// <summary>Memory offered, in MiB.</summary>
    public required int Memory { get; init; }

    /// <summary>TCP ports that tasks may not have; AWS's agent reserves those of ssh, Docker and itself.</summary>
    public IReadOnlyList<int> ReservedPorts { get; init; } = [22, 2375, 2376, 51678, 51679];

    /// <summary>UDP ports that tasks may not have.</summary>
    public IReadOnlyList<int> ReservedPortsUdp { get; init; } = [];

    /// <summary>
    /// Attributes besides the capabilities, such as <c>ecs.availability-zone</c> (<c>ECS_INSTANCE_ATTRIBUTES</c>).
    /// </summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>What containers may do to the host.</summary>
    public HostAccess HostAccess { get; init; } = HostAccess.Nothing;

    /// <summary>
    /// Paths of the host that no container may bind, whatever else is allowed: nor what is in them, nor what they are
    /// in.
    /// </summary>
    public IReadOnlyList<string> NeverBound { get; init; } = [];

    /// <summary>Tags for the container instance (<c>ECS_CONTAINER_INSTANCE_TAGS</c>).</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The instance identity document sent along when registering; null for none.</summary>
    public string? InstanceIdentityDocument { get; init; }

    /// <summary>The address on which tasks publish their ports; null publishes on every address of the host.</summary>
    public IPAddress? BindAddress { get; init; }

    /// <summary>
    /// The registry, such as <c>127.0.0.1:4566</c>, that stands for every
    /// <c>{account}.dkr.ecr.{region}.amazonaws.com</c>; null pulls from AWS.
    /// </summary>
    public string? RegistryEndpoint { get; init; }

    /// <summary>
    /// Where programs on this host reach the platform; tasks with a role on the host's network are told. Null: they are
    /// told nothing.
    /// </summary>
    public Uri? PlatformEndpoint { get; init; }

    /// <summary>
    /// Where containers on bridges reach the platform; tasks with a role are told. Null where they do not reach it:
    /// they are told nothing.
    /// </summary>
    public Uri? ContainersPlatformEndpoint { get; init; }

    /// <summary>
    /// Where environment files are: <c>arn:aws:s3:::bucket/key</c> is <c>bucket/key</c> in this directory. Null: there
    /// are none.
    /// </summary>
    public string? EnvironmentFilesDirectory { get; init; }

    /// <summary>
    /// Which name servers containers ask whose definition names none; asked for each container. Null leaves it to the
    /// engine, which gives them the host's.
    /// </summary>
    public Func<ContainerResolver>? Resolver { get; init; }

    /// <summary>How images are pulled (<c>ECS_IMAGE_PULL_BEHAVIOR</c>).</summary>
    public ImagePullBehavior ImagePullBehavior { get; init; }

    /// <summary>
    /// Images are pulled before the containers depended upon are ready (<c>ECS_PULL_DEPENDENT_CONTAINERS_UPFRONT</c>).
    /// </summary>
    public bool PullDependentContainersUpfront { get; init; }

    /// <summary>How long a pull may make no progress (<c>ECS_IMAGE_PULL_INACTIVITY_TIMEOUT</c>).</summary>
    public TimeSpan ImagePullInactivityTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long creating a container may take (<c>ECS_CONTAINER_CREATE_TIMEOUT</c>).</summary>
    public TimeSpan ContainerCreateTimeout { get; init; } = TimeSpan.FromMinutes(4);

    /// <summary>How long starting a container may take (<c>ECS_CONTAINER_START_TIMEOUT</c>).</summary>
    public TimeSpan ContainerStartTimeout { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>
    /// Between SIGTERM and SIGKILL for a container without a <c>stopTimeout</c> (<c>ECS_CONTAINER_STOP_TIMEOUT</c>).
    /// </summary>
    public TimeSpan ContainerStopTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long the containers of a stopped task are kept (<c>ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION</c>).
    /// </summary>
    public TimeSpan TaskCleanupWaitDuration { get; init; } = TimeSpan.FromHours(3);

    /// <summary>Unused images are not removed (<c>ECS_DISABLE_IMAGE_CLEANUP</c>).</summary>
    public bool DisableImageCleanup { get; init; }

    /// <summary>How often unused images are looked for (<c>ECS_IMAGE_CLEANUP_INTERVAL</c>).</summary>
    public TimeSpan ImageCleanupInterval { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// How long ago an image must have been pulled to be removed (<c>ECS_IMAGE_MINIMUM_CLEANUP_AGE</c>).
    /// </summary>
    public TimeSpan ImageMinimumCleanupAge { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How many images one clean-up removes (<c>ECS_NUM_IMAGES_DELETE_PER_CYCLE</c>).</summary>
    public int ImagesDeletedPerCycle { get; init; } = 5;

    /// <summary>How many containers are created or started at the same time.</summary>
    public int ConcurrentStarts { get; init; } = 4;

    /// <summary>How many images are pulled at the same time.</summary>
    public int ConcurrentPulls { get; init; } = 4;

    /// <summary>How many containers are stopped at the same time.</summary>
    public int ConcurrentStops { get; init; } = 16;

    /// <summary>No metrics are sent (<c>ECS_DISABLE_METRICS</c>); health still is.</summary>
    public bool DisableMetrics { get; init; }

    /// <summary>Between two sendings of metrics, and of health.</summary>
    public TimeSpan TelemetryInterval { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// A connection on which nothing was received for this long is given up; up to as much again is added at random.
    /// </summary>
    public TimeSpan HeartbeatTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The largest size of a container's log file on the host before it is rotated, in bytes, where the agent ships the
    /// log itself.
    /// </summary>
    public long LogFileSize { get; init; } = 20 * 1024 * 1024;

    /// <summary>
    /// How many of these files are kept, the current one among them; as much in all as Docker keeps beside its own
    /// driver ("Use docker logs with remote logging drivers").
    /// </summary>
    public int LogFiles { get; init; } = 5;
}

/// <summary>What the resolver of a container is told ("resolv.conf", Linux manual pages).</summary>
/// <param name="Servers">Its name servers, in their order.</param>
/// <param name="Options">Its options.</param>
public sealed record ContainerResolver(IReadOnlyList<string> Servers, IReadOnlyList<string> Options);

/// <summary>
/// Whether an image that is there already is pulled again ("Amazon ECS container agent configuration",
/// ECS_IMAGE_PULL_BEHAVIOR).
/// </summary>
public enum ImagePullBehavior
{
    /// <summary>It is; the one that is there is used if that fails.</summary>
    Default,

    /// <summary>It is; the task fails if that fails.</summary>
    Always,

    /// <summary>It is not, if this agent has pulled it before and not removed it since.</summary>
    Once,

    /// <summary>It is not. Images are not cleaned up.</summary>
    PreferCached,
}
