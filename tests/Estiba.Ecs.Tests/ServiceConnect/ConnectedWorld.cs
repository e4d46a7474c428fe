using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Agents;
using Estiba.Ecs.Tests.Agents;

namespace Estiba.Ecs.Tests.ServiceConnect;

/// <summary>ECS with an instance whose agent has a proxy of Service Connect, and the namespace <c>shop</c>.</summary>
internal sealed class ConnectedWorld : IAsyncDisposable
{
    internal const string Namespace = "arn:aws:servicediscovery:eu-west-1:123456789012:namespace/ns-shop";

    private ConnectedWorld(EcsWorld ecs, string instance) => (Ecs, InstanceKey) = (ecs, instance);

    internal EcsWorld Ecs { get; }

    internal string InstanceKey { get; }

    internal static async Task<ConnectedWorld> CreateAsync()
    {
        var ecs = await EcsWorld.CreateAsync();
        ecs.Discovery.AddNamespace("shop");
        var world = new ConnectedWorld(ecs, await AddInstanceAsync(ecs, EstibaAgent.Hash));
        await world.DefineAsync("api");
        return world;
    }

    public ValueTask DisposeAsync() => Ecs.DisposeAsync();

    /// <summary>An instance whose agent says that it has a proxy.</summary>
    /// <returns>Its key.</returns>
    internal static async Task<string> AddInstanceAsync(
        EcsWorld ecs,
        string agentHash,
        string ec2 = "i-1",
        string address = "10.66.0.1"
    )
    {
        var arn = await ecs.AddInstanceAsync(
            ec2: ec2,
            address: address,
            attributes:
            [
                EstibaAgent.ServiceConnect,
                "ecs.capability.container-health-check",
                "com.amazonaws.ecs.capability.docker-remote-api.1.24",
            ]
        );
        var key = "";
        await ecs.Store.CommitAsync(transaction =>
        {
            var instance = transaction.Range(EcsTables.ContainerInstances).Single(its => its.Arn == arn);
            key = instance.Key;
            transaction.Put(
                EcsTables.ContainerInstances,
                instance with
                {
                    VersionInfo = new VersionInfo { AgentHash = agentHash, AgentVersion = "1" },
                }
            );
        });
        return key;
    }

    /// <summary>A task definition whose port 80 has a name.</summary>
    internal async Task DefineAsync(
        string family,
        string portName = "web",
        string? appProtocol = "http",
        string networkMode = "bridge",
        string protocol = "tcp"
    ) =>
        await Ecs.Api.RegisterTaskDefinitionAsync(
            new RegisterTaskDefinitionRequest
            {
                Family = family,
                NetworkMode = networkMode,
                ContainerDefinitions =
                [
                    new ContainerDefinition
                    {
                        Name = "nginx",
                        Image = "nginx",
                        Memory = 64,
                        PortMappings =
                        [
                            new PortMapping
                            {
                                ContainerPort = 80,
                                Name = portName,
                                AppProtocol = appProtocol,
                                Protocol = protocol,
                            },
                        ],
                    },
                ],
            },
            Ecs.Caller
        );

    /// <summary>A service that answers under an alias.</summary>
    internal Task<Service> ServeAsync(
        string name = "api",
        int desired = 1,
        string? dnsName = "api",
        int port = 8080,
        string? discoveryName = null,
        Func<CreateServiceRequest, CreateServiceRequest>? with = null
    ) => Ecs.CreateServiceAsync(desired, "api", name, request =>
        {
            request = request with { ServiceConnectConfiguration = Alias(dnsName, port, discoveryName) };
            return with?.Invoke(request) ?? request;
        });

    /// <summary>A service that only connects to others.</summary>
    internal Task<Service> ConsumeAsync(string name = "client") =>
        Ecs.CreateServiceAsync(1, "api", name, request => request with { ServiceConnectConfiguration =
                    new ServiceConnectConfiguration { Enabled = true, Namespace = "shop" } });

    internal static ServiceConnectConfiguration Alias(
        string? dnsName = "api",
        int port = 8080,
        string? discoveryName = null
    ) =>
        new()
        {
            Enabled = true,
            Namespace = "shop",
            Services =
            [
                new ServiceConnectService
                {
                    PortName = "web",
                    DiscoveryName = discoveryName,
                    ClientAliases = [new ServiceConnectClientAlias { Port = port, DnsName = dnsName }],
                },
            ],
        };

    /// <summary>A conversation with the agent of the instance, or of another.</summary>
    internal async Task<Conversation> ConverseAsync(string? instanceKey = null)
    {
        var conversation = new Conversation(this, instanceKey ?? InstanceKey);
        await conversation.BeginAsync();
        return conversation;
    }
}

/// <summary>What an agent is sent.</summary>
internal sealed class Conversation
{
    private static readonly EcsOptions Options = new() { AgentEndpoint = new Uri("http://127.0.0.1:4566") };

    private readonly string _instanceKey;
    private readonly AgentSessions _sessions = new();
    private readonly PayloadReconciler _payloads;
    private readonly AgentSession _session;

    internal Conversation(ConnectedWorld world, string instanceKey)
    {
        _instanceKey = instanceKey;
        var ids = new EcsIds(new Random(1));
        _payloads = new PayloadReconciler(
            world.Ecs.Store,
            _sessions,
            new RoleSessions(world.Ecs.Sts, ids),
            ids,
            Options,
            world.Ecs.Clock
        );
        _session = new AgentSession(
            instanceKey,
            Link,
            _sessions,
            _ => { },
            world.Ecs.Store,
            ids,
            Options,
            world.Ecs.Clock
        );
    }

    internal RecordingLink Link { get; } = new();

    internal Task BeginAsync() => _session.BeginAsync(default);

    /// <summary>Sends what is to be sent now.</summary>
    internal Task WorkAsync() => _payloads.ReconcileAsync(_instanceKey, default);
}
