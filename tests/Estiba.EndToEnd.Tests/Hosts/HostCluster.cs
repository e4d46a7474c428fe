using Estiba.CommandLine;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.EndToEnd.Tests.Platforms;
using Estiba.Platforms;

namespace Estiba.EndToEnd.Tests.Hosts;

/// <summary>
/// A server and a cluster of three hosts, with a service that needs all of them, one that needs two, and a task that is
/// started again when it ends.
/// </summary>
public sealed class HostCluster : IAsyncLifetime
{
    internal const string Name = "hosts";

    /// <summary>Wants three tasks on three hosts: what is lost has room nowhere else.</summary>
    internal const string Everywhere = "everywhere";

    /// <summary>Wants two tasks, which a third host can have instead.</summary>
    internal const string Pair = "pair";

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false })
    {
        Timeout = TimeSpan.FromSeconds(60),
    };
    private EcsClient _ecs = null!;
    private CallContext _context = null!;

    internal World World { get; private set; } = null!;

    internal IReadOnlyList<Host> Hosts { get; private set; } = [];

    /// <summary>
    /// The host whose engine lets containers run on while it is away itself. Its containers are ended by nobody.
    /// </summary>
    internal Host LiveRestoring => Hosts[1];

    /// <summary>A task on that host, with a restart policy.</summary>
    internal string Restarted { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        World = await World.CreateServerAsync(
            "--bind",
            "0.0.0.0",
            "--advertise",
            Host.AddressOfMachine,
            "--lost-after",
            "12"
        );
        Hosts = [new Host(1, World), new Host(2, World, "--live-restore"), new Host(3, World)];
        var platform = await RunningPlatform.FindAsync(
            DataLayout.At(World.Platform.DataDirectory),
            CancellationToken.None
        );
        _ecs = new EcsClient(platform.ClientOptions(PlatformOptions.DefaultRegion, _http));
        _context = new CallContext
        {
            AccountId = "",
            Region = PlatformOptions.DefaultRegion,
            PrincipalArn = "",
            AccessKeyId = platform.Credentials.AccessKeyId,
            RequestId = "",
        };

        await Task.WhenAll(Hosts.Select(host => host.SwitchOnAsync()));
        await World.PushNginxAsync("nginx");
        (await World.AwsAsync($"ecs create-cluster --cluster-name {Name}")).Text.ShouldNotBeEmpty();
        var token = (
            await World.Commands.RunAsync(
                $"{PlatformProcess.Executable} token create --cluster {Name} --data {World.Platform.DataDirectory}"
            )
        ).Text;
        await Task.WhenAll(Hosts.Select(host => host.JoinAsync(token)));
        await ConnectedAsync(3);
        await RegisterAsync("restarted", port: 82, ",restartPolicy={enabled=true,restartAttemptPeriod=60}");
        Restarted = (
            await World.AwsAsync(
                $"ecs start-task --cluster {Name} --task-definition restarted --container-instances "
                    + $"{await InstanceOfAsync(LiveRestoring)} --query 'tasks[0].taskArn' --output text"
            )
        ).Text;
        await CreateServiceAsync(Everywhere, port: 80, count: 3, "--placement-constraints type=distinctInstance");
        await CreateServiceAsync(Pair, port: 81, count: 2);
        await WholeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (World is not null)
            await World.DisposeAsync();
    }

    /// <summary>
    /// Brings up what is down, and waits until each service has what it wants, and no host runs anything else.
    /// </summary>
    internal async Task WholeAsync()
    {
        await Task.WhenAll(Hosts.Select(host => host.StartAsync()));
        await ConnectedAsync(3);
        await SteadyAsync();
    }

    /// <summary>Waits until each service has what it wants, and no host runs anything else.</summary>
    internal Task SteadyAsync() =>
        Eventually.TrueAsync(
            "both services are steady, and the hosts run their tasks alone",
            async () =>
            {
                var tasks = await RunningTasksAsync();
                var services = (
                    await _ecs.DescribeServicesAsync(new() { Cluster = Name, Services = [Everywhere, Pair] }, _context)
                ).Services!;
                if (!services.All(service => service.RunningCount == service.DesiredCount && service.PendingCount == 0))
                    return false;
                var containers = await Task.WhenAll(Hosts.Select(host => host.ContainersAsync()));
                return containers
                    .SelectMany(ids => ids)
                    .Order()
                    .SequenceEqual(tasks.Select(task => task.Container).Order());
            },
            TimeSpan.FromSeconds(180),
            Explain
        );

    /// <summary>Waits until so many agents are connected.</summary>
    internal Task ConnectedAsync(int count) =>
        Eventually.BeAsync(
            $"{count} connected agents",
            async () => (await InstancesAsync()).Count(instance => instance is { AgentConnected: true }),
            connected => connected == count,
            TimeSpan.FromSeconds(180),
            connected => $"{connected}\n{Explain()}"
        );

    /// <summary>A host, other than <see cref="LiveRestoring"/>, that has a task of the <see cref="Pair"/>.</summary>
    internal async Task<Host> HostOfPairAsync()
    {
        var tasks = await RunningTasksAsync();
        return Hosts.First(host =>
            host != LiveRestoring && tasks.Any(task => task.Service == Pair && task.Address == host.Address)
        );
    }

    /// <summary>The container instance that a host is.</summary>
    internal async Task<string> InstanceOfAsync(Host host) =>
        (await InstancesAsync()).First(instance => AddressOf(instance) == host.Address).ContainerInstanceArn!;

    /// <summary>The tasks that run and are to run.</summary>
    internal async Task<IReadOnlyList<ListedTask>> RunningTasksAsync()
    {
        var arns = (await _ecs.ListTasksAsync(new() { Cluster = Name }, _context)).TaskArns!;
        if (arns.Count == 0)
            return [];
        var addresses = (await InstancesAsync()).ToDictionary(instance => instance.ContainerInstanceArn!, AddressOf);
        var tasks = (await _ecs.DescribeTasksAsync(new() { Cluster = Name, Tasks = arns }, _context)).Tasks!;
        return
        [
            .. tasks
                .Where(task => task is { LastStatus: "RUNNING", DesiredStatus: "RUNNING" })
                .Select(task => (Task: task, Container: task.Containers![0]))
                .Select(found => new ListedTask(
                    found.Task.TaskArn!,
                    found.Task.Group!.Split(':')[^1],
                    addresses[found.Task.ContainerInstanceArn!],
                    found.Container.RuntimeId!,
                    found.Container.NetworkBindings![0].HostPort!.Value
                )),
        ];
    }

    /// <summary>Waits until none of the tasks that ran on a host is left.</summary>
    internal Task ReplacedAsync(IReadOnlyList<ListedTask> tasks, Host host) =>
        Eventually.TrueAsync(
            $"what ran on {host.Address} is over",
            async () => !(await RunningTasksAsync()).Intersect(tasks).Any(task => task.Address == host.Address),
            explain: Explain
        );

    /// <summary>
    /// Waits until two tasks of a service run on other hosts than this one, and none is listed there.
    /// </summary>
    internal Task MovedAsync(string service, Host from) =>
        Eventually.TrueAsync(
            $"{service} has left {from.Address}",
            async () =>
            {
                var tasks = (await RunningTasksAsync()).Where(task => task.Service == service).ToList();
                return tasks.Count == 2 && tasks.TrueForAll(task => task.Address != from.Address);
            },
            explain: Explain
        );

    /// <summary>Waits until a service says that it has no room for a task.</summary>
    internal Task UnableToPlaceAsync(string service, DateTimeOffset after) =>
        Eventually.TrueAsync(
            $"{service} has no room for a task",
            async () =>
            {
                var events = (
                    await _ecs.DescribeServicesAsync(new() { Cluster = Name, Services = [service] }, _context)
                )
                    .Services![0]
                    .Events!;
                return events.Any(happened =>
                    happened.CreatedAt > after
                    && happened.Message!.StartsWith(
                        $"(service {service}) was unable to place a task because no container instance met all of "
                            + "its requirements.",
                        StringComparison.Ordinal
                    )
                );
            },
            explain: Explain
        );

    /// <summary>Sets the state of the container instance that a host is.</summary>
    internal async Task SetStateAsync(Host host, string status) =>
        (
            await World.AwsAsync(
                $"ecs update-container-instances-state --cluster {Name} --container-instances "
                    + $"{await InstanceOfAsync(host)} --status {status} --query 'containerInstances[0].status' "
                    + "--output text"
            )
        ).Text.ShouldBe(status);

    internal async Task<IReadOnlyList<ContainerInstance>> InstancesAsync()
    {
        var arns = (await _ecs.ListContainerInstancesAsync(new() { Cluster = Name }, _context)).ContainerInstanceArns!;
        return arns.Count == 0
            ? []
            : (
                await _ecs.DescribeContainerInstancesAsync(
                    new() { Cluster = Name, ContainerInstances = arns },
                    _context
                )
            ).ContainerInstances!;
    }

    private async Task RegisterAsync(string family, int port, string more = "") =>
        (
            await World.AwsAsync(
                $"ecs register-task-definition --family {family} --container-definitions "
                    + $"'name=nginx,image={World.AwsRegistry}"
                    + $"/nginx:latest,memory=64,portMappings=[{{containerPort=80,hostPort={port}}}]"
                    + $"{more}'"
            )
        ).Text.ShouldNotBeEmpty();

    private async Task CreateServiceAsync(string service, int port, int count, string options = "")
    {
        await RegisterAsync(service, port);
        (
            await World.AwsAsync(
                $"ecs create-service --cluster {Name} --service-name {service} --task-definition {service} "
                    + $"--desired-count {count} {options}"
            )
        ).Text.ShouldNotBeEmpty();
    }

    private static string AddressOf(ContainerInstance instance) =>
        instance.Attributes!.First(attribute => attribute.Name == "address").Value!;

    private string Explain() =>
        $"--- server\n{string.Join('\n', World.Platform.Log.Split('\n').TakeLast(40))}\n"
        + $"{string.Concat(Hosts.Select(host => host.Log))}";
}
