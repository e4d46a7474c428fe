using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Clusters;

namespace Estiba.Ecs.ContainerInstances;

/// <summary>A host, real or virtual, that an agent has registered in a cluster.</summary>
public sealed record ContainerInstanceRecord
{
    private static readonly AttributeName External = new("ecs.capability.external");
    private static readonly AttributeName ServiceConnect = new(EstibaAgent.ServiceConnect);

    private readonly AttributeSet _attributes = AttributeSet.Empty;
    private DerivedText _key;
    private DerivedText _clusterKey;

    /// <summary>The account and region it belongs to.</summary>
    public required Scope Scope
    {
        get;
        init
        {
            field = value;
            _key = _clusterKey = default;
        }
    }

    /// <summary>The name of its cluster.</summary>
    public required string Cluster
    {
        get;
        init
        {
            field = value;
            _key = _clusterKey = default;
        }
    }

    /// <summary>32 hexadecimal digits.</summary>
    public required string Id
    {
        get;
        init
        {
            field = value;
            _key = default;
        }
    }

    /// <summary><c>ACTIVE</c>, <c>DRAINING</c>, or <c>INACTIVE</c> for a while after it was deregistered.</summary>
    public required string Status { get; init; }

    /// <summary>When it first registered.</summary>
    public required DateTimeOffset RegisteredAt { get; init; }

    /// <summary>Counts the changes of the instance.</summary>
    public required long Version { get; init; }

    /// <summary>CPU units in all.</summary>
    public required int Cpu { get; init; }

    /// <summary>Memory in MiB in all.</summary>
    public required int Memory { get; init; }

    /// <summary>TCP ports that tasks cannot have.</summary>
    public IReadOnlyList<string> ReservedPorts { get; init; } = [];

    /// <summary>UDP ports that tasks cannot have.</summary>
    public IReadOnlyList<string> ReservedUdpPorts { get; init; } = [];

    /// <summary>The ids of its GPUs.</summary>
    public IReadOnlyList<string> Gpus { get; init; } = [];

    /// <summary>Whether the agent's web socket is open.</summary>
    public bool AgentConnected { get; init; }

    /// <summary>When the agent connected or was lost.</summary>
    public DateTimeOffset? ConnectionChangedAt { get; init; }

    /// <summary>When the agent connected last.</summary>
    public DateTimeOffset? ConnectedAt { get; init; }

    /// <summary>
    /// Whether its agent went away with the server, as far as anybody knows, so that it has the time to return that its
    /// waits between tries may take.
    /// </summary>
    public bool ServerWasAway { get; init; }

    /// <summary>
    /// When it was given up for lost, because its agent had been away for too long; null while it is not.
    /// </summary>
    public DateTimeOffset? LostAt { get; init; }

    /// <summary>The EC2 instance, where it is one.</summary>
    public string? Ec2InstanceId { get; init; }

    /// <summary>Its host's IPv4 address by the identity document; null where that does not say.</summary>
    public string? PrivateIp { get; init; }

    /// <summary>
    /// Who registered it last: the id of a host with a key of its own, or the ARN of a principal of the account. Null
    /// where that was not written down yet; then it is the host
    /// that it says it is.
    /// </summary>
    public string? RegisteredBy { get; init; }

    /// <summary>Versions of the agent and its engine.</summary>
    public VersionInfo? VersionInfo { get; init; }

    /// <summary>
    /// What its agent called its registration, so that one that is repeated makes no second instance.
    /// </summary>
    public string? RegistrationToken { get; init; }

    /// <summary>Attributes of the agent and of the operator.</summary>
    public IReadOnlyList<EcsAttribute> Attributes
    {
        get => _attributes;
        init => _attributes = AttributeSet.Of(value);
    }

    /// <summary>Whether its agent says what containers may do to its host; otherwise the server's options do.</summary>
    public bool SaysHostAccess { get; init; }

    /// <summary>Its tags.</summary>
    public IReadOnlyList<Tag> Tags { get; init; } = [];

    /// <summary>When it was deregistered, if it was.</summary>
    public DateTimeOffset? DeregisteredAt { get; init; }

    /// <summary>The host whose own key is good for it; null where a principal of the account registered it.</summary>
    public string? HostId =>
        RegisteredBy is null ? Ec2InstanceId
        : Contracts.Arn.IsArn(RegisteredBy) ? null
        : RegisteredBy;

    /// <summary>
    /// Whether it is a host of somebody's own ("External instances (Amazon ECS Anywhere)", developer guide), which
    /// tasks of the launch type <c>EXTERNAL</c> ask for. Others may be on it too: most that is written for ECS says
    /// <c>EC2</c>, and here runs on whatever hosts there are.
    /// </summary>
    public bool IsExternal => _attributes.Find(External) is not null;

    /// <summary>Whether the agent is Estiba's own, as far as it says.</summary>
    public bool HasEstibaAgent => VersionInfo?.AgentHash == EstibaAgent.Hash;

    /// <summary>Whether the agent is Amazon's, as far as it says.</summary>
    public bool HasAmazonAgent => VersionInfo?.AgentHash is { Length: > 0 } hash && hash != EstibaAgent.Hash;

    /// <summary>
    /// Whether its agent has a proxy of Service Connect. Amazon's may say so, but is told here of nothing to connect
    /// to.
    /// </summary>
    public bool HasServiceConnect => HasEstibaAgent && _attributes.Find(ServiceConnect) is not null;

    /// <summary>Whether services want their tasks elsewhere: it is draining, or lost.</summary>
    public bool IsLeaving => Status != "INACTIVE" && (Status == "DRAINING" || LostAt is not null);

    /// <summary>Its key in the store.</summary>
    public string Key => _key.Text ??= KeyOf(Scope, Cluster, Id);

    /// <summary>The key of its cluster.</summary>
    public string ClusterKey => _clusterKey.Text ??= ClusterRecord.KeyOf(Scope, Cluster);

    /// <summary>Its ARN.</summary>
    public string Arn => ArnOf(Scope, Cluster, Id);

    /// <summary>The key of an instance.</summary>
    public static string KeyOf(Scope scope, string cluster, string id) => $"{ClusterRecord.KeyOf(scope, cluster)}/{id}";

    /// <summary>The ARN of an instance.</summary>
    public static string ArnOf(Scope scope, string cluster, string id) =>
        scope.Arn($"container-instance/{cluster}/{id}");

    /// <summary>The value of an attribute; null where it has none or one without a value.</summary>
    public string? Attribute(string name) => FindAttribute(new AttributeName(name))?.Value;

    /// <summary>An attribute, with or without a value; null where it has none.</summary>
    internal EcsAttribute? FindAttribute(AttributeName name) => _attributes.Find(name);
}
