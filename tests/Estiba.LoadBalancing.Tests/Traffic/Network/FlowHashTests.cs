using System.Net;
using System.Net.Sockets;
using Estiba.LoadBalancing.Traffic.Network;

namespace Estiba.LoadBalancing.Tests.Traffic.Network;

public sealed class FlowHashTests
{
    private static readonly IPEndPoint Destination = new(IPAddress.Parse("10.0.1.5"), 443);

    [Fact]
    public void The_ports_of_one_client_are_spread_evenly()
    {
        const int Flows = 40_000;
        const int Targets = 8;
        var counts = new int[Targets];

        for (var port = 1024; port < 1024 + Flows; port++)
            counts[
                FlowHash.Of(new IPEndPoint(IPAddress.Parse("192.0.2.7"), port), Destination, ProtocolType.Tcp) % Targets
            ]++;

        counts.ShouldAllBe(count => Math.Abs(count - Flows / Targets) < Flows / Targets / 10);
    }

    [Fact]
    public void Each_of_the_five_values_matters()
    {
        var source = new IPEndPoint(IPAddress.Parse("192.0.2.7"), 40000);
        ulong[] hashes =
        [
            FlowHash.Of(source, Destination, ProtocolType.Tcp),
            FlowHash.Of(source, Destination, ProtocolType.Udp),
            FlowHash.Of(new IPEndPoint(source.Address, 40001), Destination, ProtocolType.Tcp),
            FlowHash.Of(new IPEndPoint(IPAddress.Parse("192.0.2.8"), 40000), Destination, ProtocolType.Tcp),
            FlowHash.Of(source, new IPEndPoint(Destination.Address, 444), ProtocolType.Tcp),
            FlowHash.Of(source, new IPEndPoint(IPAddress.Parse("10.0.1.6"), 443), ProtocolType.Tcp),
        ];

        hashes.Distinct().Count().ShouldBe(hashes.Length);
        FlowHash.Of(source, Destination, ProtocolType.Tcp).ShouldBe(hashes[0]);
    }

    [Fact]
    public void Of_sticky_clients_only_those_of_a_target_that_leaves_get_another()
    {
        var targets = Enumerable.Range(1, 5).Select(number => Target($"10.0.2.{number}")).ToArray();
        var all = Routes(targets);
        var fewer = Routes(targets[1..]);

        for (var client = 0; client < 1000; client++)
        {
            var source = new IPEndPoint(new IPAddress([198, 51, (byte)(client / 256), (byte)client]), 40000 + client);
            var before = all.Choose(source, Destination, ProtocolType.Tcp)!.Value.Target;
            var after = fewer.Choose(source, Destination, ProtocolType.Tcp)!.Value.Target;
            if (!before.Equals(targets[0].EndPoint))
                after.ShouldBe(before);
        }
    }

    private static NetworkTarget Target(string address) =>
        NetworkWorld.Healthy(new IPEndPoint(IPAddress.Parse(address), 80));

    private static NetworkRoutes Routes(NetworkTarget[] targets) =>
        new(
            new NetworkListenerConfiguration
            {
                Arn = "listener",
                LoadBalancerArn = NetworkWorld.LoadBalancer,
                Addresses = [],
                Port = 443,
                Protocol = NetworkProtocol.Tcp,
                Groups = [new WeightedNetworkTargetGroup(NetworkWorld.GroupOf(targets) with { StickyBySource = true })],
            },
            NetworkWorld.Zone,
            new NetworkCounters()
        );
}
