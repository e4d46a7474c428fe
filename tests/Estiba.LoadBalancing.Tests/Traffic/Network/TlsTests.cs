using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Estiba.Listeners;
using Estiba.LoadBalancing.Traffic.Network;
using static Estiba.LoadBalancing.Tests.Traffic.Network.NetworkWorld;

namespace Estiba.LoadBalancing.Tests.Traffic.Network;

public sealed class TlsTests : IDisposable
{
    private readonly ServerCertificate _default = TestCertificate.Of("www.example.com");
    private readonly ServerCertificate _other = TestCertificate.Of("other.example.com");

    public void Dispose()
    {
        _default.Dispose();
        _other.Dispose();
    }

    [Theory]
    [InlineData("www.example.com")]
    [InlineData("other.example.com")]
    public async Task TLS_ends_at_the_load_balancer_with_the_certificate_for_the_name(string name)
    {
        await using var world = new NetworkWorld();
        await using var target = SocketTarget.Echoing();
        world.Apply(Listener(world, GroupOf(target.Healthy)));

        await using var client = await ConnectAsync(world, name);

        (await EchoAsync(client)).ShouldBe("hello");
        await client.ShutdownAsync();
        (await client.ReadAsync(new byte[1])).ShouldBe(0);
        await TrafficWorld.UntilAsync(() => world.Counters.ActiveFlowCount(FlowKind.Tls) == 0, "the flow has ended");
        world.Counters.ProcessedBytes(FlowKind.Tls).ShouldBe(10);
        world.Counters.NewFlowCount(FlowKind.Tcp).ShouldBe(0);
    }

    [Fact]
    public async Task Targets_may_speak_TLS_with_any_certificate_after_the_proxy_protocol()
    {
        await using var world = new NetworkWorld();
        using var unknown = TestCertificate.Of("nobody.example.org");
        var negotiated = new TaskCompletionSource<SslApplicationProtocol>();
        await using var target = new SocketTarget(
            async (socket, cancellation) =>
            {
                await using var stream = new NetworkStream(socket);
                await stream.ReadExactlyAsync(new byte[100], cancellation);
                await using var secure = new SslStream(stream);
                await secure.AuthenticateAsServerAsync(
                    new SslServerAuthenticationOptions
                    {
                        ServerCertificate = unknown.Certificate,
                        ApplicationProtocols = [SslApplicationProtocol.Http11, SslApplicationProtocol.Http2],
                    },
                    cancellation
                );
                negotiated.SetResult(secure.NegotiatedApplicationProtocol);
                var buffer = new byte[5];
                await secure.ReadExactlyAsync(buffer, cancellation);
                await secure.WriteAsync(buffer, cancellation);
            }
        );
        var group = GroupOf(target.Healthy) with { Secure = true, ProxyProtocol = true };
        world.Apply(Listener(world, group, SslApplicationProtocol.Http2, SslApplicationProtocol.Http11));

        await using var client = await ConnectAsync(
            world,
            "www.example.com",
            SslApplicationProtocol.Http11,
            SslApplicationProtocol.Http2
        );

        (await EchoAsync(client)).ShouldBe("hello");
        client.NegotiatedApplicationProtocol.ShouldBe(SslApplicationProtocol.Http2);
        (await negotiated.Task).ShouldBe(SslApplicationProtocol.Http2);
    }

    [Fact]
    public async Task Without_a_policy_nothing_is_negotiated()
    {
        await using var world = new NetworkWorld();
        await using var target = SocketTarget.Echoing();
        world.Apply(Listener(world, GroupOf(target.Healthy)));

        await using var client = await ConnectAsync(world, "www.example.com", SslApplicationProtocol.Http2);

        client.NegotiatedApplicationProtocol.Protocol.IsEmpty.ShouldBeTrue();
        (await EchoAsync(client)).ShouldBe("hello");
    }

    [Fact]
    public async Task A_client_that_offers_only_other_protocols_is_refused()
    {
        await using var world = new NetworkWorld();
        await using var target = SocketTarget.Echoing();
        world.Apply(Listener(world, GroupOf(target.Healthy), SslApplicationProtocol.Http2));

        await Should.ThrowAsync<Exception>(() => ConnectAsync(world, "www.example.com", SslApplicationProtocol.Http11));
        await TrafficWorld.UntilAsync(() => world.Counters.ClientTlsNegotiationErrorCount == 1, "it is counted");
    }

    [Fact]
    public async Task A_client_that_speaks_no_TLS_is_reset_and_no_target_hears_of_it()
    {
        await using var world = new NetworkWorld();
        await using var target = SocketTarget.Echoing();
        world.Apply(Listener(world, GroupOf(target.Healthy)));
        using var client = await world.ConnectAsync();

        await SendAsync(client, "GET / HTTP/1.1\r\n\r\n");

        await TrafficWorld.UntilAsync(() => world.Counters.ClientTlsNegotiationErrorCount == 1, "it is counted");
        await TrafficWorld.UntilAsync(() => world.Counters.ActiveFlowCount(FlowKind.Tls) == 0, "the flow has ended");
        target.Accepted.ShouldBe(0);
    }

    [Fact]
    public async Task A_target_that_does_not_speak_TLS_resets_the_client()
    {
        await using var world = new NetworkWorld();
        await using var target = SocketTarget.Saying("this is no TLS at all");
        world.Apply(Listener(world, GroupOf(target.Healthy) with { Secure = true }));

        await using var client = await ConnectAsync(world, "www.example.com");

        await Should.ThrowAsync<IOException>(() => client.ReadAsync(new byte[1]).AsTask());
        world.Counters.TargetTlsNegotiationErrorCount.ShouldBe(1);
    }

    [Fact]
    public async Task A_listener_may_begin_to_speak_TLS_and_disturbs_no_connection_by_that()
    {
        await using var world = new NetworkWorld();
        await using var target = SocketTarget.Echoing();
        world.Forward(target.Healthy);
        using var plain = await world.ConnectAsync();
        await NetworkWorld.EchoAsync(plain, "hello");

        world.Apply(Listener(world, GroupOf(target.Healthy)));

        await using var secure = await ConnectAsync(world, "www.example.com");
        (await EchoAsync(secure)).ShouldBe("hello");
        (await NetworkWorld.EchoAsync(plain, "hello")).ShouldBe("hello");
    }

    private NetworkListenerConfiguration Listener(
        NetworkWorld world,
        NetworkTargetGroupConfiguration group,
        params SslApplicationProtocol[] alpn
    ) =>
        world.Listener(group, NetworkProtocol.Tls) with
        {
            Tls = new NetworkTls(
                name => name == "other.example.com" ? _other : _default,
                SslProtocols.Tls12 | SslProtocols.Tls13,
                alpn
            ),
        };

    private async Task<SslStream> ConnectAsync(
        NetworkWorld world,
        string name,
        params SslApplicationProtocol[] protocols
    )
    {
        var client = new SslStream(new NetworkStream(await world.ConnectAsync(), ownsSocket: true));
        using var limit = new CancellationTokenSource(TrafficWorld.Patience);
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = name,
            CertificateChainPolicy = TestCertificate.Trusting([_default, _other]),
        };
        if (protocols.Length > 0)
            options.ApplicationProtocols = [.. protocols];
        await client.AuthenticateAsClientAsync(options, limit.Token);
        return client;
    }

    private static async Task<string> EchoAsync(SslStream client)
    {
        using var limit = new CancellationTokenSource(TrafficWorld.Patience);
        await client.WriteAsync("hello"u8.ToArray(), limit.Token);
        var buffer = new byte[5];
        await client.ReadExactlyAsync(buffer, limit.Token);
        return Encoding.ASCII.GetString(buffer);
    }
}
