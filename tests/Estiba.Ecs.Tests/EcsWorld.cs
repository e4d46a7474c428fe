using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.ElbV2;
using Estiba.Contracts.Sts;
using Estiba.Ecs.Scheduling;
using Estiba.Hosting;
using Estiba.Hosting.Controllers;
using Estiba.State;
using Estiba.State.Journals;
using Microsoft.Extensions.Time.Testing;
using Service = Estiba.Contracts.Ecs.Service;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Ecs.Tests;

/// <summary>
/// ECS with a store in memory, a clock that stands still until told, and container instances whose agent is the test.
/// </summary>
internal sealed class EcsWorld : IAsyncDisposable
{
    internal static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Store _store;
    private readonly ModuleRunner _modules;
    private int _nextPort = 32768;
    private readonly IReconciler<string> _services;
    private readonly IReconciler<string> _scheduler;
    private readonly IReconciler<string> _targets;
    private readonly IReconciler<string> _registries;
    private readonly IReconciler<string> _traffic;
    private readonly IReconciler<string> _alarms;

    private EcsWorld(
        ModuleHost host,
        ModuleRunner modules,
        StandInSts sts,
        StandInElbV2 elb,
        StandInServiceDiscovery discovery,
        StandInCloudWatch cloudWatch,
        FakeTimeProvider clock
    )
    {
        (_store, _modules, Sts, Elb, Discovery, CloudWatch, Clock) = (
            host.Store,
            modules,
            sts,
            elb,
            discovery,
            cloudWatch,
            clock
        );
        Api = host.Get<EcsApi>();
        _services = Controller("ecs.services").Reconciler;
        _scheduler = Controller("ecs.scheduler").Reconciler;
        _targets = Controller("ecs.targets").Reconciler;
        _registries = Controller("ecs.registries").Reconciler;
        _traffic = Controller("ecs.traffic").Reconciler;
        _alarms = Controller("ecs.alarms").Reconciler;
    }

    internal StandInSts Sts { get; }

    internal StandInElbV2 Elb { get; }

    internal StandInServiceDiscovery Discovery { get; }

    internal StandInCloudWatch CloudWatch { get; }

    internal StandInAutoScaling Groups { get; private init; } = new();

    internal FakeTimeProvider Clock { get; }

    internal IEcsApi Api { get; }

    internal Store Store => _store;

    internal View View => _store.Current;

    internal CallContext Caller { get; init; } = Account("123456789012");

    /// <param name="healthyAfter">How long a task must have run to count as healthy; at once, unless the test is about
    /// that.</param>
    internal static Task<EcsWorld> CreateAsync(TimeSpan healthyAfter = default) =>
        CreateAsync(new MemoryJournal(), healthyAfter);

    /// <summary>ECS with what a journal has: of an earlier world, it is what a restart finds.</summary>
    internal static async Task<EcsWorld> CreateAsync(IJournal journal, TimeSpan healthyAfter = default)
    {
        var clock = new FakeTimeProvider(Start);
        var sts = new StandInSts { Time = clock };
        var elb = new StandInElbV2();
        var discovery = new StandInServiceDiscovery();
        var cloudWatch = new StandInCloudWatch();
        var groups = new StandInAutoScaling();
        var options = new EcsOptions { AgentEndpoint = new Uri("http://127.0.0.1:4566"), HealthyAfter = healthyAfter };
        Module[] modules =
        [
            new ApiModule<IStsApi>("AWS STS", sts),
            new ApiModule<IElbV2Api>("Elastic Load Balancing", elb),
            new ApiModule<Contracts.ServiceDiscovery.IServiceDiscoveryApi>("AWS Cloud Map", discovery),
            new ApiModule<Contracts.CloudWatch.ICloudWatchApi>("Amazon CloudWatch", cloudWatch),
            new ApiModule<Contracts.AutoScaling.IAutoScalingApi>("Amazon EC2 Auto Scaling", groups),
            new EcsModule(options) { Ids = new EcsIds(new Random(1)) },
        ];
        var host = new ModuleHost
        {
            Store = await Store.OpenAsync(journal, ModuleRunner.TablesOf(modules)),
            Time = clock,
            Random = new Random(1),
        };
        var runner = await ModuleRunner.OpenAsync(modules, host);
        return new EcsWorld(host, runner, sts, elb, discovery, cloudWatch, clock) { Groups = groups };
    }

    internal static CallContext Account(string id, string region = "eu-west-1") =>
        new()
        {
            AccountId = id,
            Region = region,
            PrincipalArn = $"arn:aws:iam::{id}:root",
            AccessKeyId = "AKIA",
            RequestId = "r",
        };

    public async ValueTask DisposeAsync()
    {
        await _modules.DisposeAsync();
        await _store.DisposeAsync();
    }

    /// <summary>
    /// From now on the keys that controllers are given are recorded; they work when the world settles.
    /// </summary>
    internal async Task<KeyRecorder> RecordKeysAsync()
    {
        var recorded = new KeyRecorder();
        await _modules.StartAsync(recorded);
        return recorded;
    }

    internal Controller Controller(string name) => _modules.Controllers.Single(controller => controller.Name == name);

    internal IDisposable Subscribe(Action<Commit> onCommit) => _store.Subscribe(onCommit);

    /// <summary>Lets the controllers work until nothing changes any more.</summary>
    internal async Task SettleAsync()
    {
        for (long before = -1; before != _store.Current.Revision; )
        {
            before = _store.Current.Revision;
            foreach (var service in _store.Current.Range(EcsTables.Services).ToList())
            {
                await _traffic.ReconcileAsync(service.Key, default);
                await _alarms.ReconcileAsync(service.Key, default);
                await _targets.ReconcileAsync(service.Key, default);
                await _registries.ReconcileAsync(service.Key, default);
                await _services.ReconcileAsync(service.Key, default);
            }
            foreach (var cluster in _store.Current.Range(EcsTables.Clusters).ToList())
                await _scheduler.ReconcileAsync(cluster.Key, default);
        }
    }

    /// <summary>Reconciles a service once.</summary>
    /// <returns>After which time it is to be reconciled again.</returns>
    internal Task<TimeSpan?> ReconcileServiceAsync(string name = "s") =>
        _services.ReconcileAsync(
            _store.Current.Range(EcsTables.Services).Single(service => service.Name == name).Key,
            default
        );

    /// <summary>What the scheduler knows of a cluster since its last pass.</summary>
    internal BlockedLots KnownToScheduler =>
        ((ClusterScheduler)_scheduler).Known(_store.Current.Range(EcsTables.Clusters).Single().Key);

    /// <summary>Lets the scheduler work once in the only cluster.</summary>
    internal Task ScheduleAsync() =>
        _scheduler.ReconcileAsync(_store.Current.Range(EcsTables.Clusters).Single().Key, default);

    internal Task SweepAsync() => _modules.Chores.Single(chore => chore.Name == "ecs.retention").RunAsync(default);

    /// <summary>A cluster and a container instance in it whose agent is connected.</summary>
    internal async Task<string> AddInstanceAsync(
        string cluster = "default",
        int cpu = 2048,
        int memory = 3900,
        string zone = "eu-west-1a",
        string? ec2 = null,
        IReadOnlyList<string>? gpus = null,
        IReadOnlyList<string>? attributes = null,
        string address = "10.66.0.1"
    )
    {
        await Api.CreateClusterAsync(new CreateClusterRequest { ClusterName = cluster }, Caller);
        var answer = await Api.RegisterContainerInstanceAsync(
            new RegisterContainerInstanceRequest
            {
                Cluster = cluster,
                InstanceIdentityDocument = ec2 is null
                    ? null
                    : $$"""
                    {
                      "instanceId": "{{ec2}}",
                      "availabilityZone": "{{zone}}",
                      "instanceType": "t3.medium",
                      "privateIp": "{{address}}"
                    }
                    """,
                TotalResources =
                [
                    new Resource
                    {
                        Name = "CPU",
                        Type = "INTEGER",
                        IntegerValue = cpu,
                    },
                    new Resource
                    {
                        Name = "MEMORY",
                        Type = "INTEGER",
                        IntegerValue = memory,
                    },
                    new Resource
                    {
                        Name = "PORTS",
                        Type = "STRINGSET",
                        StringSetValue = ["22"],
                    },
                    .. gpus is null
                        ? Array.Empty<Resource>()
                        :
                        [
                            new Resource
                            {
                                Name = "GPU",
                                Type = "STRINGSET",
                                StringSetValue = gpus,
                            },
                        ],
                ],
                VersionInfo = new VersionInfo { AgentVersion = "1.105.1" },
                Attributes =
                [
                    new EcsAttribute { Name = "ecs.availability-zone", Value = zone },
                    new EcsAttribute { Name = "com.amazonaws.ecs.capability.docker-remote-api.1.18" },
                    new EcsAttribute { Name = "com.amazonaws.ecs.capability.docker-remote-api.1.21" },
                    .. (attributes ?? []).Select(name => new EcsAttribute { Name = name }),
                ],
            },
            Caller
        );
        await ConnectAsync(answer.ContainerInstance!.ContainerInstanceArn!, connected: true);
        return answer.ContainerInstance.ContainerInstanceArn!;
    }

    /// <summary>Says that an agent's socket opened or closed.</summary>
    internal Task ConnectAsync(string instanceArn, bool connected) =>
        _store.CommitAsync(transaction =>
        {
            var instance = transaction
                .Range(EcsTables.ContainerInstances)
                .Single(instance => instance.Arn == instanceArn);
            transaction.Put(EcsTables.ContainerInstances, instance with { AgentConnected = connected });
        });

    /// <summary>A container instance is given up for lost.</summary>
    internal Task LoseAsync(string instanceArn) =>
        _store.CommitAsync(transaction =>
        {
            var instance = transaction
                .Range(EcsTables.ContainerInstances)
                .Single(instance => instance.Arn == instanceArn);
            transaction.Put(
                EcsTables.ContainerInstances,
                instance with
                {
                    AgentConnected = false,
                    LostAt = Clock.GetUtcNow(),
                }
            );
        });

    internal async Task<string> RegisterAsync(
        string family = "web",
        int memory = 256,
        int? hostPort = null,
        string container = "nginx"
    )
    {
        var answer = await Api.RegisterTaskDefinitionAsync(
            new RegisterTaskDefinitionRequest
            {
                Family = family,
                ContainerDefinitions =
                [
                    new ContainerDefinition
                    {
                        Name = container,
                        Image = "nginx",
                        Cpu = 256,
                        Memory = memory,
                        PortMappings = hostPort is null
                            ? null
                            : [new PortMapping { ContainerPort = 80, HostPort = hostPort }],
                    },
                ],
            },
            Caller
        );
        return answer.TaskDefinition!.TaskDefinitionArn!;
    }

    internal async Task<Service> CreateServiceAsync(
        int desired,
        string definition = "web",
        string name = "s",
        Func<CreateServiceRequest, CreateServiceRequest>? with = null
    )
    {
        var request = new CreateServiceRequest
        {
            ServiceName = name,
            TaskDefinition = definition,
            DesiredCount = desired,
        };
        await Api.CreateServiceAsync(with?.Invoke(request) ?? request, Caller);
        await SettleAsync();
        return await ServiceAsync(name);
    }

    internal async Task<Service> ServiceAsync(string name = "s") =>
        (await Api.DescribeServicesAsync(new DescribeServicesRequest { Services = [name] }, Caller)).Services!.Single();

    internal async Task<IReadOnlyList<EcsTask>> TasksAsync(string? desired = null, string? service = null)
    {
        var arns = (
            await Api.ListTasksAsync(new ListTasksRequest { DesiredStatus = desired, ServiceName = service }, Caller)
        ).TaskArns!;
        return arns.Count == 0
            ? []
            : (await Api.DescribeTasksAsync(new DescribeTasksRequest { Tasks = arns }, Caller)).Tasks!;
    }

    /// <summary>
    /// What the agents report: every task that should run runs, every task that should stop has stopped. Those of lost
    /// hosts report nothing.
    /// </summary>
    internal async Task ObeyAsync()
    {
        await SettleAsync();
        foreach (
            var task in _store
                .Current.Range(EcsTables.Tasks)
                .Where(task => task is { IsWaiting: false, IsStopped: false, LastStatus: not TaskStatus.Deactivating })
                .Where(task => View.Find(EcsTables.ContainerInstances, task.InstanceKey!) is not { LostAt: not null })
                .ToList()
        )
            if (task.LastStatus != task.DesiredStatus)
                await ReportAsync(
                    task.Arn,
                    task.DesiredStatus,
                    bindings: Bindings(task),
                    container: task.Containers[0].Name!
                );
        await SettleAsync();
    }

    // What the engine gives to ports of which nobody said where on the host they are to be.
    private List<NetworkBinding>? Bindings(Ecs.Tasks.TaskRecord task) =>
        task is { Targets: null, Registrations: null }
            ? null
            :
            [
                .. (task.Targets ?? [])
                    .Select(target => (int?)target.ContainerPort)
                    .Concat((task.Registrations ?? []).Select(registration => registration.ContainerPort))
                    .OfType<int>()
                    .Distinct()
                    .Select(port => new NetworkBinding
                    {
                        BindIP = "0.0.0.0",
                        ContainerPort = port,
                        HostPort = _nextPort++,
                        Protocol = "tcp",
                    }),
            ];

    internal Task ReportAsync(
        string taskArn,
        string status,
        string? reason = null,
        int? exitCode = null,
        IReadOnlyList<NetworkBinding>? bindings = null,
        string container = "nginx"
    ) =>
        Api.SubmitTaskStateChangeAsync(
            new SubmitTaskStateChangeRequest
            {
                Task = taskArn,
                Status = status,
                Reason = reason,
                Containers =
                [
                    new ContainerStateChange
                    {
                        ContainerName = container,
                        Status = status,
                        ExitCode = exitCode,
                        RuntimeId = "abc",
                        NetworkBindings = bindings,
                    },
                ],
            },
            Caller
        );
}
