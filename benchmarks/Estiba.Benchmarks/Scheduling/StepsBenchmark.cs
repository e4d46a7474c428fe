using System.Diagnostics;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs;
using Estiba.Ecs.Agents;
using Estiba.Ecs.Scheduling;
using Estiba.Ecs.Services;
using Estiba.State;
using Estiba.State.Journals;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Benchmarks.Scheduling;

/// <summary>
/// What each step of a task's life costs, in processor time and in bytes of garbage and state: making, placing, sending
/// and reporting. One thread, a store in memory, no sockets.
/// </summary>
internal sealed class StepsBenchmark : IAsyncDisposable
{
    private const string Cluster = "bench";
    private const int Hosts = 200;
    private const int Services = 40;
    private const int TasksOfEach = 500;
    private const int Tasks = Services * TasksOfEach;

    private static readonly CallContext Caller = new()
    {
        AccountId = "123456789012",
        Region = "eu-west-1",
        PrincipalArn = "arn:aws:iam::123456789012:root",
        AccessKeyId = "AKIA",
        RequestId = "r",
    };

    private readonly EcsIds _ids = new(new Random(1));
    private readonly EcsOptions _options = new() { AgentEndpoint = new Uri("http://127.0.0.1:4566") };
    private readonly AgentSessions _sessions = new();
    private readonly Store _store;
    private readonly IEcsApi _api;
    private readonly ServiceReconciler _services;
    private readonly ClusterScheduler _scheduler;
    private readonly PayloadReconciler _payloads;
    private long _sent;

    private StepsBenchmark(Store store)
    {
        _store = store;
        var sts = new NoRoles();
        _api = new EcsApi(store, sts, _ids, new Random(1), _options, TimeProvider.System);
        _services = new ServiceReconciler(store, _ids, TimeSpan.Zero, TimeProvider.System);
        _scheduler = new ClusterScheduler(store, _ids, new Random(1), TimeProvider.System);
        _payloads = new PayloadReconciler(
            store,
            _sessions,
            new RoleSessions(sts, _ids),
            _ids,
            _options,
            TimeProvider.System
        );
    }

    internal static async Task RunAsync(string[] arguments)
    {
        if (arguments is not [])
            throw new ArgumentException("'steps' takes no options.");
        foreach (var isWarmUp in new[] { true, false })
        {
            await using var benchmark = new StepsBenchmark(await Store.OpenAsync(new NoJournal(), EcsTables.All));
            await benchmark.MeasureAsync(isWarmUp);
        }
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private async Task MeasureAsync(bool isWarmUp)
    {
        await PrepareAsync();
        var clusterKey = _store.Current.Range(EcsTables.Clusters).Single().Key;
        for (var n = 0; n < Services; n++)
            await _api.CreateServiceAsync(
                new CreateServiceRequest
                {
                    Cluster = Cluster,
                    ServiceName = $"s{n:D2}",
                    TaskDefinition = "web",
                    DesiredCount = TasksOfEach,
                },
                Caller
            );

        await MeasureAsync(isWarmUp, "made", () => EachServiceAsync(clusterKey));
        await MeasureAsync(isWarmUp, "placed", () => _scheduler.ReconcileAsync(clusterKey, CancellationToken.None));
        var sent = _sent;
        await MeasureAsync(isWarmUp, "sent to its agent", EachInstanceAsync);
        if (!isWarmUp)
            Figure.Print("steps", "a task sent to its agent: message", (_sent - sent) / (double)Tasks, "B");
        var reports = _store.Current.Range(EcsTables.Tasks).Select(task => ReportOf(task.Arn, task.Id)).ToList();
        await MeasureAsync(isWarmUp, "reported as RUNNING", () => EachReportAsync(reports));
        await MeasureAsync(isWarmUp, "counted for its service", () => EachServiceAsync(clusterKey));
        if (_store.Current.Range(EcsTables.Tasks).Count(task => task.LastStatus == "RUNNING") != Tasks)
            throw new InvalidOperationException("Not all tasks run.");
    }

    private async Task PrepareAsync()
    {
        await _api.CreateClusterAsync(new CreateClusterRequest { ClusterName = Cluster }, Caller);
        await _api.RegisterTaskDefinitionAsync(
            new RegisterTaskDefinitionRequest
            {
                Family = "web",
                ContainerDefinitions =
                [
                    new ContainerDefinition
                    {
                        Name = "web",
                        Image = "public.ecr.aws/nginx/nginx:stable",
                        Cpu = 16,
                        Memory = 32,
                        Environment = [new EcsKeyValuePair { Name = "STAGE", Value = "production" }],
                        PortMappings = [new PortMapping { ContainerPort = 80 }],
                    },
                ],
            },
            Caller
        );
        for (var n = 0; n < Hosts; n++)
            await AddHostAsync(n);
    }

    private async Task AddHostAsync(int number)
    {
        await _api.RegisterContainerInstanceAsync(
            new RegisterContainerInstanceRequest
            {
                Cluster = Cluster,
                InstanceIdentityDocument = $$"""{"instanceId":"i-{{number:x8}}","availabilityZone":"eu-west-1a"}""",
                TotalResources =
                [
                    new Resource
                    {
                        Name = "CPU",
                        Type = "INTEGER",
                        IntegerValue = 16_384,
                    },
                    new Resource
                    {
                        Name = "MEMORY",
                        Type = "INTEGER",
                        IntegerValue = 32_768,
                    },
                ],
                Attributes =
                [
                    .. Enumerable
                        .Range(17, 28)
                        .Select(minor => new EcsAttribute
                        {
                            Name = $"com.amazonaws.ecs.capability.docker-remote-api.1.{minor}",
                        }),
                    .. Enumerable.Range(0, 30).Select(n => new EcsAttribute { Name = $"ecs.capability.feature-{n}" }),
                ],
            },
            Caller
        );
        var instance = _store.Current.Range(EcsTables.ContainerInstances).Single(known => !known.AgentConnected);
        var session = new AgentSession(
            instance.Key,
            new CountingLink(this),
            _sessions,
            _ => { },
            _store,
            _ids,
            _options,
            TimeProvider.System
        );
        await session.BeginAsync(CancellationToken.None);
    }

    private async Task EachServiceAsync(string clusterKey)
    {
        for (var n = 0; n < Services; n++)
            await _services.ReconcileAsync($"{clusterKey}/s{n:D2}", CancellationToken.None);
    }

    private async Task EachInstanceAsync()
    {
        foreach (var instance in _store.Current.Range(EcsTables.ContainerInstances))
            await _payloads.ReconcileAsync(instance.Key, CancellationToken.None);
    }

    private async Task EachReportAsync(List<SubmitTaskStateChangeRequest> reports)
    {
        foreach (var report in reports)
            await _api.SubmitTaskStateChangeAsync(report, Caller);
    }

    private static SubmitTaskStateChangeRequest ReportOf(string arn, string id) =>
        new()
        {
            Cluster = Cluster,
            Task = arn,
            Status = "RUNNING",
            Containers =
            [
                new ContainerStateChange
                {
                    ContainerName = "web",
                    RuntimeId = id + id,
                    ImageDigest = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                    Status = "RUNNING",
                    NetworkBindings =
                    [
                        new NetworkBinding
                        {
                            BindIP = "0.0.0.0",
                            ContainerPort = 80,
                            HostPort = 32_768 + id[0],
                            Protocol = "tcp",
                        },
                    ],
                },
            ],
        };

    private static async Task MeasureAsync(bool isWarmUp, string what, Func<Task> step)
    {
        GC.Collect();
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var watch = Stopwatch.StartNew();
        await step();
        var elapsed = watch.Elapsed;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        if (isWarmUp)
            return;
        Figure.Print("steps", $"a task {what}: time", elapsed.TotalMicroseconds / Tasks, "us");
        Figure.Print("steps", $"a task {what}: allocated", allocated / (double)Tasks, "B");
    }

    private sealed class CountingLink(StepsBenchmark benchmark) : IAgentLink
    {
        public Task<bool> SendAsync(byte[] frame, CancellationToken cancellation)
        {
            benchmark._sent += frame.Length;
            return Task.FromResult(true);
        }

        public void Close() { }
    }
}
