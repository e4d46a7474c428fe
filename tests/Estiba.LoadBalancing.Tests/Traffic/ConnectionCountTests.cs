using System.Net.Sockets;
using Estiba.LoadBalancing.Traffic.Rules;

namespace Estiba.LoadBalancing.Tests.Traffic;

/// <summary>How the connections of clients are counted.</summary>
public sealed class ConnectionCountTests
{
    [Fact]
    public async Task A_client_that_does_not_speak_tls_where_it_should_counts_as_that()
    {
        await using var world = new TrafficWorld();
        var listener = world.Listener(new RuleConfiguration { Action = new FixedResponseAction(200) });
        await world.ApplyAsync(listener with { Certificates = _ => world.Certificate });
        var counters = world.Traffic.CountersOfLoadBalancer(TrafficWorld.LoadBalancer)!.Connections;

        using (var client = new TcpClient())
        {
            await client.ConnectAsync(world.Address, TrafficWorld.Port);
            await client.GetStream().WriteAsync("GET / HTTP/1.1\r\nHost: h\r\n\r\n"u8.ToArray());
            await TrafficWorld.UntilAsync(() => counters.FailedHandshakes == 1, "the handshake did not fail");
        }

        await world.NewTlsClient(world.Certificate).GetAsync($"https://www.example.com:{TrafficWorld.Port}/");

        (counters.Opened, counters.Active, counters.FailedHandshakes, counters.Rejected).ShouldBe((2, 1, 1, 0));
    }

    [Fact]
    public async Task A_connection_counts_until_it_is_closed()
    {
        await using var world = new TrafficWorld();
        await world.ApplyAsync(world.Listener(new RuleConfiguration { Action = new FixedResponseAction(200) }));
        var counters = world.Traffic.CountersOfLoadBalancer(TrafficWorld.LoadBalancer)!.Connections;

        using (var client = new TcpClient())
        {
            await client.ConnectAsync(world.Address, TrafficWorld.Port);
            await TrafficWorld.UntilAsync(() => counters.Active == 1, "the connection was not counted");
        }

        await TrafficWorld.UntilAsync(() => counters.Active == 0, "the connection is still counted");
        (counters.Opened, counters.FailedHandshakes, counters.Rejected).ShouldBe((1, 0, 0));
    }
}
