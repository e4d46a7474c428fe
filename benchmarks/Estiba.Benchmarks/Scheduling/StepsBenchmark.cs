using System.Diagnostics;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs;
using Estiba.Ecs.Agents;
using Estiba.State;
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

    private readonly EcsInMemory _ecs;
    private long _sent;

    private StepsBenchmark(EcsInMemory ecs) => _ecs = ecs;

    private Store Store => _ecs.Store;

    internal static async Task RunAsync(string[] arguments)
    {
        if (arguments is not [])
            throw new ArgumentException("'steps' takes no options.");
        foreach (var isWarmUp in new[] { true, false })
        {
            await using var benchmark = new StepsBenchmark(await EcsInMemory.OpenAsync());
            await benchmark.MeasureAsync(isWarmUp);
        }
    }

    public ValueTask DisposeAsync() => _ecs.DisposeAsync();

    private async Task MeasureAsync(bool isWarmUp)
    {
        await PrepareAsync();
        var clusterKey = Store.Current.Range(EcsTables.Clusters).Single().Key;
        for (var n = 0; n < Services; n++)
            await _ecs.Api.CreateServiceAsync(
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
        await MeasureAsync(isWarmUp, "placed", () => _ecs.ScheduleAsync(clusterKey));
        var sent = _sent;
        await MeasureAsync(isWarmUp, "sent to its agent", EachInstanceAsync);
        if (!isWarmUp)
            Figure.Print("steps", "a task sent to its agent: message", (_sent - sent) / (double)Tasks, "B");
        var reports = Store.Current.Range(EcsTables.Tasks).Select(task => ReportOf(task.Arn, task.Id)).ToList();
        await MeasureAsync(isWarmUp, "reported as RUNNING", () => EachReportAsync(reports));
        await MeasureAsync(isWarmUp, "counted for its service", () => EachServiceAsync(clusterKey));
        if (Store.Current.Range(EcsTables.Tasks).Count(task => task.LastStatus == "RUNNING") != Tasks)
            throw new InvalidOperationException("Not all tasks run.");
    }

    private async Task PrepareAsync()
    {
        await _ecs.Api.CreateClusterAsync(new CreateClusterRequest { ClusterName = Cluster }, Caller);
        await _ecs.Api.RegisterTaskDefinitionAsync(
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
        await _ecs.Api.RegisterContainerInstanceAsync(
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
        var instance = Store.Current.Range(EcsTables.ContainerInstances).Single(known => !known.AgentConnected);
        var session = _ecs.Agents.Converse(instance.Key, new CountingLink(this));
        await session.BeginAsync(CancellationToken.None);
    }

    private async Task EachServiceAsync(string clusterKey)
    {
        for (var n = 0; n < Services; n++)
            await _ecs.ReconcileServiceAsync($"{clusterKey}/s{n:D2}");
    }

    private async Task EachInstanceAsync()
    {
        foreach (var instance in Store.Current.Range(EcsTables.ContainerInstances))
            await _ecs.SendAsync(instance.Key);
    }

    private async Task EachReportAsync(List<SubmitTaskStateChangeRequest> reports)
    {
        foreach (var report in reports)
            await _ecs.Api.SubmitTaskStateChangeAsync(report, Caller);
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
