using System.Net;
using System.Net.Sockets;
using System.Text;
using Estiba.LoadBalancing.Traffic.Network;
using Estiba.LoadBalancing.Traffic.Targets;
using Microsoft.Extensions.Time.Testing;
using static Estiba.LoadBalancing.Tests.Traffic.Network.NetworkWorld;

namespace Estiba.LoadBalancing.Tests.Traffic.Network;

public sealed class UdpTests
{
    [Fact]
    public async Task Answers_come_from_the_address_of_the_load_balancer()
    {
        await using var world = new NetworkWorld();
        await using var target = new UdpTarget("a");
        world.Apply(world.Listener(GroupOf(target.Healthy), NetworkProtocol.Udp));
        using var client = NewClient();

        var (answer, from) = await AskAsync(world, client, "hello");

        answer.ShouldBe("a:hello");
        from.ShouldBe(new IPEndPoint(world.Address, Port));
        world.Apply(world.Listener(GroupOf(target.Healthy with { State = TargetState.Draining }), NetworkProtocol.Udp));
        world.Traffic.HasDrained(Group, target.Healthy.EndPoint).ShouldBeFalse("the client may ask again");
        world.Counters.NewFlowCount(FlowKind.Udp).ShouldBe(1);
        await TrafficWorld.UntilAsync(() => world.Counters.ProcessedBytes(FlowKind.Udp) == 12, "both are counted");
    }

    [Fact]
    public async Task A_flow_keeps_its_target_and_flows_are_spread()
    {
        await using var world = new NetworkWorld();
        await using var first = new UdpTarget("a");
        await using var second = new UdpTarget("b");
        world.Apply(world.Listener(GroupOf(first.Healthy, second.Healthy), NetworkProtocol.Udp));
        var seen = new HashSet<string>();

        for (var number = 0; number < 32; number++)
        {
            // All stay open, so that none gets the port of another.
            var client = world.Own(NewClient());
            var (once, _) = await AskAsync(world, client, "1");
            var (again, _) = await AskAsync(world, client, "1");
            again.ShouldBe(once);
            seen.Add(once);
        }

        seen.Order().ShouldBe(["a:1", "b:1"]);
        world.Counters.NewFlowCount(FlowKind.Udp).ShouldBe(32);
    }

    [Fact]
    public async Task Datagrams_of_any_size_are_carried_whole()
    {
        await using var world = new NetworkWorld();
        await using var target = new UdpTarget("");
        world.Apply(world.Listener(GroupOf(target.Healthy), NetworkProtocol.Udp));
        using var client = NewClient();

        foreach (var length in new[] { 0, 1, 1472, 9000, 60_000 })
            (await AskAsync(world, client, new string('x', length))).Answer.Length.ShouldBe(length + 1);
    }

    [Fact]
    public async Task A_flood_of_flows_is_dropped_and_flows_that_there_are_go_on()
    {
        await using var world = new NetworkWorld(limits: new FlowLimits(Tcp: 4, Udp: 4));
        await using var target = new UdpTarget("a");
        world.Apply(world.Listener(GroupOf(target.Healthy), NetworkProtocol.Udp));
        using var client = NewClient();
        await AskAsync(world, client, "1");

        for (var number = 0; number < 50; number++)
        {
            using var other = NewClient();
            await other.SendToAsync("x"u8.ToArray(), new IPEndPoint(world.Address, Port));
        }

        (await AskAsync(world, client, "2")).Answer.ShouldBe("a:2");
        world.Counters.ActiveFlowCount(FlowKind.Udp).ShouldBe(3);
        world.Counters.RejectedFlowCount.ShouldBe(48);
    }

    [Fact]
    public async Task A_flow_is_forgotten_when_it_has_been_idle_for_two_minutes()
    {
        var time = new FakeTimeProvider();
        await using var world = new NetworkWorld(time);
        await using var target = new UdpTarget("a");
        world.Apply(world.Listener(GroupOf(target.Healthy), NetworkProtocol.Udp));
        using var client = NewClient();
        await AskAsync(world, client, "1");

        time.Advance(TimeSpan.FromSeconds(119));
        world.Counters.ActiveFlowCount(FlowKind.Udp).ShouldBe(1);
        time.Advance(TimeSpan.FromSeconds(2));
        world.Counters.ActiveFlowCount(FlowKind.Udp).ShouldBe(0);

        (await AskAsync(world, client, "2")).Answer.ShouldBe("a:2");
        world.Counters.NewFlowCount(FlowKind.Udp).ShouldBe(2);
    }

    [Fact]
    public async Task A_flow_gets_another_target_when_its_own_is_deregistered_and_the_group_ends_flows()
    {
        await using var world = new NetworkWorld();
        await using var first = new UdpTarget("a");
        await using var second = new UdpTarget("b");
        var group = GroupOf(first.Healthy) with { EndsWithDeregistration = true };
        world.Apply(world.Listener(group, NetworkProtocol.Udp));
        using var client = NewClient();
        (await AskAsync(world, client, "1")).Answer.ShouldBe("a:1");

        world.Apply(world.Listener(group with { Targets = [second.Healthy] }, NetworkProtocol.Udp));

        (await AskAsync(world, client, "2")).Answer.ShouldBe("b:2");
    }

    [Fact]
    public async Task A_target_that_does_not_listen_loses_datagrams_and_nothing_else()
    {
        await using var world = new NetworkWorld();
        var target = new UdpTarget("a");
        var healthy = target.Healthy;
        await target.DisposeAsync();
        world.Apply(world.Listener(GroupOf(healthy), NetworkProtocol.Udp));
        using var client = NewClient();
        for (var number = 0; number < 10; number++)
            await client.SendToAsync("lost"u8.ToArray(), new IPEndPoint(world.Address, Port));

        await using var again = new UdpTarget("again", healthy.EndPoint);
        using var limit = new CancellationTokenSource(TrafficWorld.Patience);
        var answer = AnswerAsync(client, limit.Token);
        while (!answer.IsCompleted)
        {
            await client.SendToAsync("hello"u8.ToArray(), new IPEndPoint(world.Address, Port));
            await Task.WhenAny(answer, Task.Delay(50, limit.Token));
        }

        (await answer).Answer.ShouldStartWith("again:");
    }

    [Fact]
    public async Task One_port_takes_TCP_and_UDP()
    {
        await using var world = new NetworkWorld();
        await using var target = SocketTarget.Echoing();
        await using var datagrams = new UdpTarget("a", target.EndPoint);
        world.Apply(world.Listener(GroupOf(target.Healthy), NetworkProtocol.TcpUdp));
        using var client = NewClient();
        using var connection = await world.ConnectAsync();

        (await AskAsync(world, client, "1")).Answer.ShouldBe("a:1");
        (await EchoAsync(connection, "hello")).ShouldBe("hello");
        // Only UDP is left, and the connection does not mind.
        world.Apply(world.Listener(GroupOf(target.Healthy), NetworkProtocol.Udp));
        (await AskAsync(world, client, "2")).Answer.ShouldBe("a:2");
        world.Counters.NewFlowCount(FlowKind.Udp).ShouldBe(1);
    }

    private static Socket NewClient()
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        client.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return client;
    }

    private static async Task<(string Answer, EndPoint From)> AskAsync(NetworkWorld world, Socket client, string text)
    {
        using var limit = new CancellationTokenSource(TrafficWorld.Patience);
        await client.SendToAsync(Encoding.ASCII.GetBytes(text), new IPEndPoint(world.Address, Port), limit.Token);
        return await AnswerAsync(client, limit.Token);
    }

    private static async Task<(string Answer, EndPoint From)> AnswerAsync(Socket client, CancellationToken cancellation)
    {
        var buffer = new byte[65536];
        var got = await client.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), cancellation);
        return (Encoding.ASCII.GetString(buffer, 0, got.ReceivedBytes), got.RemoteEndPoint);
    }

    /// <summary>Sends back what comes, with its name and a colon before it.</summary>
    private sealed class UdpTarget : IAsyncDisposable
    {
        private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        private readonly Task _serving;

        public UdpTarget(string name, IPEndPoint? at = null)
        {
            _socket.Bind(at ?? new IPEndPoint(IPAddress.Loopback, 0));
            Healthy = NetworkWorld.Healthy((IPEndPoint)_socket.LocalEndPoint!);
            _serving = ServeAsync(Encoding.ASCII.GetBytes(name + ":"));
        }

        public NetworkTarget Healthy { get; }

        public async ValueTask DisposeAsync()
        {
            _socket.Dispose();
            await _serving;
        }

        private async Task ServeAsync(byte[] name)
        {
            var buffer = new byte[65536];
            try
            {
                while (true)
                {
                    var got = await _socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                    await _socket.SendToAsync((byte[])[.. name, .. buffer[..got.ReceivedBytes]], got.RemoteEndPoint);
                }
            }
            catch (Exception over) when (over is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }
}
