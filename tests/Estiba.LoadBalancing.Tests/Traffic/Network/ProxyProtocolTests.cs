using System.Net;
using System.Net.Sockets;
using Estiba.LoadBalancing.Traffic.Network;
using static Estiba.LoadBalancing.Tests.Traffic.Network.NetworkWorld;

namespace Estiba.LoadBalancing.Tests.Traffic.Network;

public sealed class ProxyProtocolTests
{
    [Fact]
    public void A_header_has_addresses_ports_a_checksum_and_AWSs_length() =>
        Convert
            .ToHexStringLower(ProxyProtocol.Of(IPEndPoint.Parse("192.0.2.7:40000"), IPEndPoint.Parse("10.0.0.5:443")))
            .ShouldBe(
                "0d0a0d0a000d0a515549540a" // the signature
                    + "21110054" // PROXY, TCP over IPv4, 84 bytes
                    + "c00002070a0000059c4001bb"
                    + "0300045d1adcb5" // CRC32C
                    + "04003e"
                    + new string('0', 124)
            );

    [Fact]
    public async Task A_target_learns_its_client_before_anything_else()
    {
        await using var world = new NetworkWorld();
        var got = new TaskCompletionSource<byte[]>();
        await using var target = new SocketTarget(
            async (socket, cancellation) =>
            {
                var header = new byte[105];
                await using var stream = new NetworkStream(socket);
                await stream.ReadExactlyAsync(header, cancellation);
                got.SetResult(header);
            }
        );
        world.Apply(world.Listener(GroupOf(target.Healthy) with { ProxyProtocol = true }));
        using var client = await world.ConnectAsync();

        await SendAsync(client, "hello");

        (await got.Task.WaitAsync(TrafficWorld.Patience)).ShouldBe([
            .. ProxyProtocol.Of((IPEndPoint)client.LocalEndPoint!, new IPEndPoint(world.Address, Port)),
            .. "hello"u8,
        ]);
    }
}
