using System.Net;
using Estiba.Compute.Instances;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Hosting;
using Estiba.Identity.Credentials;
using Estiba.Joining;
using Estiba.Machines;
using Estiba.State;
using Estiba.State.Journals;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Tests.Machines;

/// <summary>Machines on a store in memory, with a hook that agrees or refuses as it is told.</summary>
internal sealed class MachineWorld : IAsyncDisposable
{
    internal static readonly TimeSpan JoinWithin = TimeSpan.FromMinutes(10);

    private static readonly SecretKey Secrets = new(new byte[32]);
    private readonly MemoryJournal _journal = new();

    internal static InstanceLaunch Instance { get; } =
        new()
        {
            InstanceId = "i-0123456789abcdef0",
            AccountId = "123456789012",
            Region = "eu-west-1",
            AvailabilityZone = "eu-west-1a",
            AvailabilityZoneId = "euw1-az1",
            Address = IPAddress.Loopback,
            PrivateDnsName = "ip-127-0-0-1.eu-west-1.compute.internal",
            InstanceType = "t3.micro",
            Architecture = "x86_64",
            ImageId = "ami-0123456789abcdef0",
            VpcId = "vpc-0",
            SubnetId = "subnet-0",
            Cpu = 2048,
            MemoryMiB = 904,
            Cluster = "web",
            Settings = new Dictionary<string, string> { ["ECS_CLUSTER"] = "web" },
            Tags = new Dictionary<string, string> { ["aws:autoscaling:groupName"] = "hosts", ["team"] = "blue" },
            UserData = "IyEvYmluL3No",
            IdentityDocument = "{}",
            LaunchTime = DateTimeOffset.UnixEpoch,
        };

    internal FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    internal FakeLogger Log { get; } = new();

    internal StandInHook Hook { get; } = new();

    internal Registrations Registered { get; } = new();

    internal NoHosts Ecs { get; } = new();

    internal Store Store { get; private set; } = null!;

    internal JoinTokens Tokens { get; private set; } = null!;

    internal MachineHost Host { get; private set; } = null!;

    internal static async Task<MachineWorld> CreateAsync()
    {
        var world = new MachineWorld();
        await world.OpenAsync();
        return world;
    }

    /// <summary>The platform is killed and starts again.</summary>
    internal async Task RestartAsync()
    {
        await Store.DisposeAsync();
        await OpenAsync();
    }

    internal Task<InstanceStart> StartAsync() => Host.StartAsync(Instance, CancellationToken.None);

    internal Task TerminateAsync() => Host.TerminateAsync(Instance, CancellationToken.None);

    /// <summary>The machine uses what the hook was told, under the name of its own that any machine has.</summary>
    internal Task<JoinedHost> JoinAsync(string? token = null) =>
        Tokens.JoinAsync(token ?? Hook.Calls[^1].Join!.Token, "mi-0123456789abcdef0", CancellationToken.None);

    public ValueTask DisposeAsync() => Store.DisposeAsync();

    private async Task OpenAsync()
    {
        Store = await Store.OpenAsync(_journal, [.. JoinTables.All, MachineTables.Machines]);
        Tokens = new JoinTokens(Store, Secrets, Time, (_, _, _) => false);
        Host = new MachineHost(
            Store,
            Hook,
            new MachineDoor(new Uri("https://server.example:4566"), "-----BEGIN CERTIFICATE-----"),
            JoinWithin,
            Secrets,
            Registered,
            Ecs,
            Time,
            Log
        );
    }
}

/// <summary>Notes down what it was asked.</summary>
internal sealed class StandInHook : InstanceHook
{
    internal List<InstanceHookCall> Calls { get; } = [];

    /// <summary>What it answers; null to agree.</summary>
    internal Func<InstanceHookCall, HookFailure?> Answer { get; set; } = _ => null;

    protected override Task<HookFailure?> TryAsync(
        InstanceHookCall call,
        byte[] document,
        CancellationToken cancellation
    )
    {
        Calls.Add(call);
        return Task.FromResult(Answer(call));
    }
}

/// <summary>The addresses of hosts whose agent has registered.</summary>
internal sealed class Registrations : IHostAddresses
{
    internal Dictionary<string, IPAddress> Known { get; } = [];

    public IPAddress? Find(Scope scope, string host) => Known.GetValueOrDefault(host);
}

/// <summary>An ECS that knows no container instance.</summary>
internal sealed class NoHosts : IEcsApi
{
    public Task<ListContainerInstancesResponse> ListContainerInstancesAsync(
        ListContainerInstancesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => Task.FromResult(new ListContainerInstancesResponse());
}
