using Estiba.Contracts.Ecs;
using Estiba.Ecs.Placement;
using Estiba.Ecs.Queries;
using Estiba.Ecs.Services;
using Estiba.Ecs.Tasks;
using Estiba.State;
using Estiba.State.Journals;
using FsCheck;
using FsCheck.Fluent;

namespace Estiba.Ecs.Tests.Scheduling;

/// <summary>
/// What the store keeps of tasks for each container instance, service and cluster, compared with walking the tasks.
/// </summary>
public sealed class UsageAndCensusTests
{
    private static readonly Scope Here = new("123456789012", "eu-west-1");

    [Fact]
    public void Whatever_becomes_of_tasks_usage_and_census_are_what_the_tasks_amount_to()
    {
        var bindings = Gen.SubListOf(
            new NetworkBinding
            {
                BindIP = "0.0.0.0",
                HostPort = 80,
                ContainerPort = 80,
                Protocol = "tcp",
            },
            new NetworkBinding
            {
                BindIP = "::",
                HostPort = 80,
                ContainerPort = 80,
                Protocol = "tcp",
            },
            new NetworkBinding
            {
                HostPort = 53,
                ContainerPort = 53,
                Protocol = "udp",
            },
            new NetworkBinding
            {
                HostPortRange = "8000-8003",
                ContainerPortRange = "9000-9003",
                Protocol = "tcp",
            }
        );
        var resources =
            from cpu in Gen.Choose(0, 4)
            from ports in Gen.SubListOf(80, 443, 8001)
            from udp in Gen.SubListOf(53)
            from gpus in Gen.Choose(0, 2)
            select new TaskResources(cpu * 128, cpu * 100)
            {
                Ports = [.. ports],
                UdpPorts = [.. udp],
                Gpus = gpus,
            };
        var tasks =
            from id in Gen.Choose(0, 12)
            from taken in resources
            from bound in Gen.Frequency(
                (2, Gen.Constant<IReadOnlyList<NetworkBinding>?>(null)),
                (1, bindings.Select(list => (IReadOnlyList<NetworkBinding>?)[.. list]))
            )
            from instance in Gen.Elements(null, "i1", "i2")
            from service in Gen.Elements(null, "s1", "s2")
            from deployment in Gen.Elements("ecs-svc/1", "ecs-svc/2", "ecs-svc/3")
            from status in Gen.Elements(
                TaskStatus.Provisioning,
                TaskStatus.Pending,
                TaskStatus.Running,
                TaskStatus.Stopped
            )
            from launchType in Gen.Elements(LaunchType.Ec2, LaunchType.External)
            from wanted in Gen.Elements(DesiredStatus.Running, DesiredStatus.Stopped)
            from health in Gen.Elements(HealthStatus.Healthy, HealthStatus.Unhealthy, HealthStatus.Unknown)
            select new TaskRecord
            {
                Scope = Here,
                Cluster = "c",
                Id = $"{id:D2}",
                Family = "web",
                Revision = 1,
                LastStatus = status,
                DesiredStatus = wanted,
                LaunchType = launchType,
                Group = "service:" + service,
                CreatedAt = EcsWorld.Start,
                Version = 1,
                Resources = taken,
                Containers =
                [
                    new Container
                    {
                        Name = "a",
                        NetworkBindings = bound,
                        GpuIds = [.. Enumerable.Range(0, taken.Gpus).Select(number => $"gpu-{id}-{number}")],
                    },
                    new Container { Name = "b" },
                ],
                ContainerInstance = instance,
                Service = service,
                StartedBy = deployment,
                HealthStatus = health,
            };

        Prop.ForAll(Arb.From(tasks.ListOf()), async history =>
            {
                await using var store = await Store.OpenAsync(new MemoryJournal(), EcsTables.All);
                foreach (var (number, task) in history.Index())
                {
                    await store.CommitAsync(transaction =>
                    {
                        if (number % 4 == 3)
                            transaction.Delete(EcsTables.Tasks, task.Key);
                        else
                            transaction.Put(EcsTables.Tasks, task);
                    });
                    foreach (var instance in new[] { "i1", "i2" })
                        ShouldAgree(store.Current, $"{Here.Prefix}c/{instance}");
                    foreach (var service in new[] { "s1", "s2" })
                        ShouldAgreeOnService(store.Current, $"{Here.Prefix}c/{service}");
                    ShouldAgreeOnCluster(store.Current, $"{Here.Prefix}c");
                }
            })
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public async Task What_an_agent_reports_of_ports_is_held_until_the_task_has_stopped()
    {
        await using var world = await EcsWorld.CreateAsync();
        var instance = await world.AddInstanceAsync();
        await world.RegisterAsync(hostPort: 0);
        var task = (await world.Api.RunTaskAsync(new RunTaskRequest { TaskDefinition = "web" }, world.Caller))
            .Tasks!.Single()
            .TaskArn!;
        await world.Api.SubmitTaskStateChangeAsync(
            new SubmitTaskStateChangeRequest
            {
                Task = task,
                Status = "RUNNING",
                Containers =
                [
                    new ContainerStateChange
                    {
                        ContainerName = "nginx",
                        Status = "RUNNING",
                        NetworkBindings =
                        [
                            new NetworkBinding
                            {
                                ContainerPort = 80,
                                HostPort = 32768,
                                Protocol = "tcp",
                            },
                        ],
                    },
                ],
            },
            world.Caller
        );

        (await PortsAsync()).ShouldBe(["22", "32768"]);
        await world.ReportAsync(task, "STOPPED");
        (await PortsAsync()).ShouldBe(["22"]);

        async Task<IReadOnlyList<string>> PortsAsync()
        {
            var answer = await world.Api.DescribeContainerInstancesAsync(
                new DescribeContainerInstancesRequest { ContainerInstances = [instance] },
                world.Caller
            );
            return answer
                .ContainerInstances!.Single()
                .RemainingResources!.Single(resource => resource.Name == "PORTS")
                .StringSetValue!;
        }
    }

    private static void ShouldAgree(View view, string instance)
    {
        var usage = InstanceUsage.Of(view, instance);
        var tasks = view.Where(EcsTables.Tasks, EcsTables.TasksOfInstance, instance).ToList();
        usage.Cpu.ShouldBe(tasks.Sum(task => task.Resources.Cpu));
        usage.Memory.ShouldBe(tasks.Sum(task => task.Resources.Memory));
        usage.Gpus.ShouldBe(
            tasks.SelectMany(task => task.Containers).SelectMany(container => container.GpuIds ?? []),
            ignoreOrder: true
        );
        usage.FixedPorts.ShouldBe(tasks.Sum(task => task.Resources.Ports.Count + task.Resources.UdpPorts.Count));
        usage.Running.ShouldBe(tasks.Count(task => task.LastStatus == TaskStatus.Running));
        usage.Pending.ShouldBe(tasks.Count(task => task.LastStatus == TaskStatus.Pending));
        usage
            .Groups.Names.Select(name => (name, usage.Groups.Of(new TaskGroup(name))))
            .Order()
            .ShouldBe(tasks.CountBy(task => task.Group).Select(pair => (pair.Key, pair.Value)).Order());

        var bound = tasks
            .SelectMany(task => task.Containers)
            .SelectMany(container => container.NetworkBindings ?? [])
            .ToList();
        var tcp = tasks
            .SelectMany(task => task.Resources.Ports)
            .Concat(
                bound
                    .Where(binding => binding is { Protocol: "tcp", HostPort: not null })
                    .Select(binding => binding.HostPort!.Value)
            )
            .Concat(
                bound
                    .Where(binding => binding.HostPortRange is not null)
                    .SelectMany(_ => new[] { 8000, 8001, 8002, 8003 })
            );
        usage.Ports.Distinct.ShouldBe(tcp.Distinct().Order());
        usage.UdpPorts.Distinct.ShouldBe(
            tasks
                .SelectMany(task => task.Resources.UdpPorts)
                .Concat(bound.Where(binding => binding.Protocol == "udp").Select(binding => binding.HostPort!.Value))
                .Distinct()
                .Order()
        );
        usage.Ports.Contains(80).ShouldBe(usage.Ports.Distinct.Contains(80));
    }

    private static void ShouldAgreeOnCluster(View view, string cluster)
    {
        var counts = view.Aggregate(EcsTables.Tasks, TaskCounts.OfClusters, cluster);
        var placed = view.Range(EcsTables.Tasks, cluster + "/").Where(task => !task.IsHidden).ToList();
        foreach (
            var status in new[] { TaskStatus.Provisioning, TaskStatus.Pending, TaskStatus.Running, TaskStatus.Stopped }
        )
        {
            counts.Of(status).ShouldBe(placed.Count(task => task.LastStatus == status));
            counts
                .Of(status, LaunchType.External)
                .ShouldBe(placed.Count(task => task.LastStatus == status && task.LaunchType == LaunchType.External));
        }
    }

    private static void ShouldAgreeOnService(View view, string service)
    {
        var census = ServiceCensus.Of(view, service);
        var tasks = view.Where(EcsTables.Tasks, EcsTables.TasksOfService, service).ToList();
        census
            .Deployments.Select(pair => pair.Deployment)
            .ShouldBe(tasks.Select(task => task.StartedBy!).Distinct().Order(StringComparer.Ordinal));
        census.All.Total.ShouldBe(tasks.Count);
        foreach (
            var (deployment, own) in tasks.GroupBy(task => task.StartedBy!).Select(group => (group.Key, group.ToList()))
        )
        {
            var wanted = own.Where(task => task.IsWanted).ToList();
            var running = wanted.Where(task => task is { LastStatus: TaskStatus.Running, IsWaiting: false }).ToList();
            census
                .Of(deployment)
                .ShouldBe(
                    new TaskCensus
                    {
                        Waiting = wanted.Count(task => task.IsWaiting),
                        Starting = wanted.Count(task => !task.IsWaiting && task.LastStatus != TaskStatus.Running),
                        Healthy = running.Count(task => task.HealthStatus != HealthStatus.Unhealthy),
                        Unhealthy = running.Count(task => task.HealthStatus == HealthStatus.Unhealthy),
                        Ending = own.Count(task => !task.IsWanted && task.LastStatus == TaskStatus.Running),
                        Stopping = own.Count(task => !task.IsWanted && task.LastStatus != TaskStatus.Running),
                    }
                );
        }
    }
}
