using System.Net;
using System.Net.Sockets;
using Estiba.LoadBalancing.Traffic;
using Estiba.LoadBalancing.Traffic.Network;
using Estiba.LoadBalancing.Traffic.Targets;
using Microsoft.Extensions.Time.Testing;
using static Estiba.LoadBalancing.Tests.Traffic.Network.NetworkWorld;

namespace Estiba.LoadBalancing.Tests.Traffic.Network;

public sealed class TcpTests
{
    [Fact]
    public async Task What_a_client_sends_comes_back_and_is_counted()
    {
        await using var world = new NetworkWorld();
        await using var target = SocketTarget.Echoing();
        world.Forward(target.Healthy);

        using var client = await world.ConnectAsync();
        (await EchoAsync(client, "hello")).ShouldBe("hello");

        world.Counters.ActiveFlowCount(FlowKind.Tcp).ShouldBe(1);
        client.Shutdown(SocketShutdown.Send);
        (await ReadAllAsync(client)).ShouldBe("");
        await TrafficWorld.UntilAsync(() => world.Counters.ActiveFlowCount(FlowKind.Tcp) == 0, "the flow has ended");
        world.Counters.NewFlowCount(FlowKind.Tcp).ShouldBe(1);
        world.Counters.ProcessedBytes(FlowKind.Tcp).ShouldBe(10);
        (world.Counters.ClientResetCount, world.Counters.ElbResetCount, world.Counters.TargetResetCount).ShouldBe(
            (0, 0, 0)
        );
    }

    [Fact]
    public async Task A_target_has_drained_when_it_gets_no_flow_and_has_none()
    {
        await using var world = new NetworkWorld();
        await using var target = SocketTarget.Echoing();
        bool HasDrained() => world.Traffic.HasDrained(Group, target.EndPoint);
        world.Forward(target.Healthy);
        using var client = await world.ConnectAsync();
        (await EchoAsync(client, "hello")).ShouldBe("hello");
        var registered = HasDrained();

        world.Forward(target.Healthy with { State = TargetState.Draining });
        var draining = HasDrained();
        client.Shutdown(SocketShutdown.Send);
        await ReadAllAsync(client);

        (registered, draining).ShouldBe((false, false));
        await TrafficWorld.UntilAsync(HasDrained, "the last flow has ended");
    }

    [Fact]
    public async Task A_target_sees_the_address_of_the_load_balancer()
    {
        await using var world = new NetworkWorld();
        var seen = new TaskCompletionSource<IPAddress>();
        await using var target = new SocketTarget(
            (socket, _) =>
            {
                seen.SetResult(((IPEndPoint)socket.RemoteEndPoint!).Address);
                return Task.CompletedTask;
            }
        );
        world.Forward(target.Healthy);

        await world.NameAsync();

        (await seen.Task).ShouldBe(world.Address);
    }

    [Fact]
    public async Task A_client_that_has_sent_all_still_gets_its_answer()
    {
        await using var world = new NetworkWorld();
        await using var target = new SocketTarget(
            async (socket, _) =>
            {
                var asked = await ReadAllAsync(socket);
                await SendAsync(socket, $"{asked.Length} bytes");
            }
        );
        world.Forward(target.Healthy);

        using var client = await world.ConnectAsync();
        await SendAsync(client, "question");
        client.Shutdown(SocketShutdown.Send);

        (await ReadAllAsync(client)).ShouldBe("8 bytes");
    }

    [Fact]
    public async Task A_target_that_has_sent_all_still_hears_its_client()
    {
        await using var world = new NetworkWorld();
        var heard = new TaskCompletionSource<string>();
        await using var target = new SocketTarget(
            async (socket, _) =>
            {
                await SendAsync(socket, "hello");
                socket.Shutdown(SocketShutdown.Send);
                heard.SetResult(await ReadAllAsync(socket));
            }
        );
        world.Forward(target.Healthy);

        using var client = await world.ConnectAsync();
        (await ReadAllAsync(client)).ShouldBe("hello");
        await SendAsync(client, "and good-bye");
        client.Shutdown(SocketShutdown.Send);

        (await heard.Task.WaitAsync(TrafficWorld.Patience)).ShouldBe("and good-bye");
    }

    [Fact]
    public async Task A_reset_of_the_client_reaches_the_target()
    {
        await using var world = new NetworkWorld();
        var seen = new TaskCompletionSource();
        await using var target = new SocketTarget(
            async (socket, _) =>
            {
                await SendAsync(socket, "hello");
                await ShouldBeResetAsync(socket);
                seen.SetResult();
            }
        );
        world.Forward(target.Healthy);
        var client = await world.ConnectAsync();
        await ReadAsync(client, 5);

        Reset(client);

        await seen.Task.WaitAsync(TrafficWorld.Patience);
        world.Counters.ClientResetCount.ShouldBe(1);
    }

    [Fact]
    public async Task A_reset_of_the_target_reaches_the_client()
    {
        await using var world = new NetworkWorld();
        await using var target = new SocketTarget(
            async (socket, _) =>
            {
                await ReadAsync(socket, 5);
                Reset(socket);
            }
        );
        world.Forward(target.Healthy);
        using var client = await world.ConnectAsync();

        await SendAsync(client, "hello");

        await ShouldBeResetAsync(client);
        world.Counters.TargetResetCount.ShouldBe(1);
    }

    [Fact]
    public async Task A_target_that_takes_no_connection_resets_the_client()
    {
        await using var world = new NetworkWorld();
        using var bound = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        bound.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        world.Forward(Healthy((IPEndPoint)bound.LocalEndPoint!));

        await world.ShouldResetNewOnesAsync();
        world.Counters.TargetResetCount.ShouldBe(1);
    }

    [Fact]
    public async Task Without_a_target_the_load_balancer_resets_the_client()
    {
        await using var world = new NetworkWorld();
        world.Forward();

        await world.ShouldResetNewOnesAsync();
        world.Counters.ElbResetCount.ShouldBe(1);
    }

    [Fact]
    public async Task A_target_that_does_not_read_stops_its_client_and_gets_everything_when_it_does()
    {
        const int Size = 256 * 1024 * 1024;
        // More than what the kernel keeps for two connections, and far less than what is sent.
        const int MostOnItsWay = 64 * 1024 * 1024;
        await using var world = new NetworkWorld();
        var read = 0L;
        var ahead = 0L;
        await using var target = new SocketTarget(
            async (socket, cancellation) =>
            {
                var buffer = new byte[1024 * 1024];
                await TrafficWorld.UntilAsync(() => world.Counters.ProcessedBytes(FlowKind.Tcp) > 0, "something came");
                while (await socket.ReceiveAsync(buffer, cancellation) is > 0 and var more)
                {
                    ahead = Math.Max(ahead, world.Counters.ProcessedBytes(FlowKind.Tcp) - read);
                    read += more;
                }

                await SendAsync(socket, "done");
            }
        );
        world.Forward(target.Healthy);
        using var client = await world.ConnectAsync();
        var block = new byte[1024 * 1024];

        for (var sent = 0; sent < Size; sent += block.Length)
            await client.SendAsync(block);
        client.Shutdown(SocketShutdown.Send);

        (await ReadAllAsync(client)).ShouldBe("done");
        read.ShouldBe(Size);
        ahead.ShouldBeLessThan(MostOnItsWay);
    }

    [Fact]
    public async Task Bytes_arrive_in_their_order_both_ways()
    {
        const int Size = 20_000_000;
        await using var world = new NetworkWorld();
        await using var target = SocketTarget.Echoing();
        world.Forward(target.Healthy);
        using var client = await world.ConnectAsync();
        var sent = new byte[Size];
        new Random(1).NextBytes(sent);

        var sending = Task.Run(async () =>
        {
            await client.SendAsync(sent);
            client.Shutdown(SocketShutdown.Send);
        });
        var got = new MemoryStream();
        await using (var stream = new NetworkStream(client))
            await stream.CopyToAsync(got);
        await sending;

        got.ToArray().AsSpan().SequenceEqual(sent).ShouldBeTrue();
    }

    [Fact]
    public async Task An_idle_connection_is_reset_at_both_ends()
    {
        var time = new FakeTimeProvider();
        await using var world = new NetworkWorld(time);
        var seen = new TaskCompletionSource();
        await using var target = new SocketTarget(
            async (socket, _) =>
            {
                await SendAsync(socket, "hello");
                await ShouldBeResetAsync(socket);
                seen.SetResult();
            }
        );
        world.Forward(target.Healthy);
        using var client = await world.ConnectAsync();
        await ReadAsync(client, 5);

        time.Advance(TimeSpan.FromSeconds(349));
        world.Counters.ElbResetCount.ShouldBe(0);
        var reset = ShouldBeResetAsync(client);
        await TrafficWorld.UntilAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(100));
                return reset.IsCompleted && seen.Task.IsCompleted;
            },
            "both are reset"
        );

        await reset;
        world.Counters.ElbResetCount.ShouldBe(1);
    }

    [Fact]
    public async Task Keepalives_keep_a_connection_that_carries_nothing()
    {
        await using var world = new NetworkWorld();
        await using var target = SocketTarget.Echoing();
        world.Apply(world.Listener(GroupOf(target.Healthy)) with { IdleTimeout = TimeSpan.FromSeconds(3) });
        using var kept = await world.ConnectAsync();
        kept.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        kept.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 1);
        kept.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 1);
        using var idle = await world.ConnectAsync();
        await EchoAsync(kept, "hello");
        await EchoAsync(idle, "hello");

        await ShouldBeResetAsync(idle);

        (await EchoAsync(kept, "hello")).ShouldBe("hello");
        world.Counters.ElbResetCount.ShouldBe(1);
    }

    [Fact]
    public async Task Too_many_connections_are_reset_and_there_is_room_again_afterwards()
    {
        await using var world = new NetworkWorld(limits: new FlowLimits(Tcp: 4, Udp: 4));
        await using var target = SocketTarget.Echoing();
        world.Forward(target.Healthy);
        // This machine may have three quarters of all.
        var clients = new List<Socket>();
        for (var number = 0; number < 3; number++)
        {
            clients.Add(await world.ConnectAsync());
            await EchoAsync(clients[^1], "hello");
        }

        await world.ShouldResetNewOnesAsync();
        world.Counters.RejectedFlowCount.ShouldBe(1);
        clients[0].Dispose();
        await TrafficWorld.UntilAsync(() => world.Counters.ActiveFlowCount(FlowKind.Tcp) == 2, "one has left");

        using var next = await world.ConnectAsync();
        (await EchoAsync(next, "hello")).ShouldBe("hello");
        (await EchoAsync(clients[1], "hello")).ShouldBe("hello");
    }

    [Fact]
    public async Task Many_idle_clients_hold_no_buffers()
    {
        const int Clients = 400;
        await using var world = new NetworkWorld();
        await using var target = SocketTarget.Echoing();
        world.Forward(target.Healthy);
        var clients = new List<Socket>();
        for (var number = 0; number < Clients; number++)
        {
            clients.Add(await world.ConnectAsync());
            (await EchoAsync(clients[^1], "hello")).ShouldBe("hello");
        }

        world.Counters.ActiveFlowCount(FlowKind.Tcp).ShouldBe(Clients);
        foreach (var client in clients)
            (await EchoAsync(client, "still here")).ShouldBe("still here");
    }

    [Fact]
    public async Task To_close_ends_what_is_idle()
    {
        var world = new NetworkWorld(grace: TimeSpan.FromHours(1));
        await using var target = SocketTarget.Echoing();
        world.Forward(target.Healthy);
        var client = await world.ConnectAsync();
        await EchoAsync(client, "hello");

        var closing = world.Traffic.DisposeAsync().AsTask();

        await ShouldBeResetAsync(client);
        await closing.WaitAsync(TrafficWorld.Patience);
        await Should.ThrowAsync<SocketException>(() => world.ConnectAsync());
        await world.DisposeAsync();
    }

    [Fact]
    public async Task An_address_that_is_not_this_machines_is_a_fault_and_can_be_tried_again()
    {
        await using var world = new NetworkWorld();
        var elsewhere = world.Listener(GroupOf()) with
        {
            Addresses = [new ZonalAddress(IPAddress.Parse("192.0.2.1"), Zone)],
        };

        world.Traffic.Apply([elsewhere]).ShouldHaveSingleItem().EndPoint.ToString().ShouldBe("192.0.2.1:8081");
        world.Traffic.Apply([elsewhere]).ShouldHaveSingleItem().ListenerArn.ShouldBe(elsewhere.Arn);
        world.Apply(world.Listener(GroupOf()));
    }
}
