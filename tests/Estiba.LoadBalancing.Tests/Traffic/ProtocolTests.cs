using System.Net;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using Estiba.LoadBalancing.Traffic;
using Estiba.LoadBalancing.Traffic.Targets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Estiba.LoadBalancing.Tests.Traffic;

public sealed class ProtocolTests
{
    [Fact]
    public async Task A_secure_listener_shows_the_certificate_of_the_name_and_speaks_http_2()
    {
        await using var world = new TrafficWorld();
        var other = world.Own(TestCertificate.Of("other.example.com"));
        await using var target = await StandInTarget.StartAsync(http =>
            http.Response.WriteAsync($"{http.Request.Protocol} {http.Request.Headers["X-Forwarded-Proto"]}")
        );
        var listener = world.Forwarding(target.Configuration) with
        {
            Certificates = name => name == "other.example.com" ? other : world.Certificate,
        };
        await world.ApplyAsync(listener);

        foreach (
            var (name, certificate) in new[] { ("www.example.com", world.Certificate), ("other.example.com", other) }
        )
        {
            using var answer = await SendAsync(world.NewTlsClient(certificate), name);
            answer.Version.ShouldBe(HttpVersion.Version20);
            (await answer.Content.ReadAsStringAsync()).ShouldBe("HTTP/1.1 https");
        }

        await world.ApplyAsync(listener with { Attributes = new LoadBalancerAttributes { Http2 = false } });
        using var older = await SendAsync(world.NewTlsClient(world.Certificate), "www.example.com");
        older.Version.ShouldBe(HttpVersion.Version11);
    }

    [Fact]
    public async Task A_name_without_a_certificate_is_refused()
    {
        await using var world = new TrafficWorld();
        await world.ApplyAsync(world.Forwarding() with { Certificates = _ => null });
        await Should.ThrowAsync<HttpRequestException>(() =>
            SendAsync(world.NewTlsClient(world.Certificate), "www.example.com")
        );
    }

    [Fact]
    public async Task A_secure_target_is_asked_over_tls_whatever_its_certificate()
    {
        await using var world = new TrafficWorld();
        await using var target = await StandInTarget.StartAsync(
            http => http.Response.WriteAsync(http.Request.Scheme),
            certificate: world.Certificate
        );
        await world.ApplyAsync(
            world.ForwardingTo(
                new()
                {
                    Arn = TrafficWorld.Group,
                    Secure = true,
                    Targets = [target.Configuration],
                }
            )
        );
        (await world.Client.GetStringAsync(world.Url)).ShouldBe("https");
    }

    [Fact]
    public async Task A_call_of_grpc_passes_with_its_trailers()
    {
        await using var world = new TrafficWorld();
        await using var target = await StandInTarget.StartAsync(
            async http =>
            {
                http.Response.ContentType = "application/grpc";
                http.Response.DeclareTrailer("grpc-status");
                await http.Request.Body.CopyToAsync(http.Response.Body, http.RequestAborted);
                http.Response.AppendTrailer("grpc-status", "0");
            },
            HttpProtocols.Http2
        );
        await world.ApplyAsync(
            world.ForwardingTo(
                new()
                {
                    Arn = TrafficWorld.Group,
                    ProtocolVersion = TargetProtocolVersion.Grpc,
                    Targets = [target.Configuration],
                }
            ) with
            {
                Certificates = _ => world.Certificate,
            }
        );
        var client = world.NewTlsClient(world.Certificate);
        using var request = new HttpRequestMessage(HttpMethod.Post, $"https://www.example.com:{TrafficWorld.Port}/s/m");
        request.Version = HttpVersion.Version20;
        request.Content = new ByteArrayContent([0, 0, 0, 0, 1, 7]);
        request.Content.Headers.Add("Content-Type", "application/grpc");
        using var answer = await client.SendAsync(request);
        (await answer.Content.ReadAsByteArrayAsync()).ShouldBe([0, 0, 0, 0, 1, 7]);
        answer.TrailingHeaders.GetValues("grpc-status").ShouldBe(["0"]);
    }

    [Theory]
    [InlineData(TargetProtocolVersion.Grpc, "POST", null)]
    [InlineData(TargetProtocolVersion.Http2, "GET", null)]
    [InlineData(TargetProtocolVersion.Http1, "POST", "application/grpc")]
    public async Task A_request_in_a_version_that_the_targets_do_not_speak_is_refused(
        TargetProtocolVersion version,
        string method,
        string? contentType
    )
    {
        await using var world = new TrafficWorld();
        await world.ApplyAsync(
            world.ForwardingTo(
                new()
                {
                    Arn = TrafficWorld.Group,
                    ProtocolVersion = version,
                    Targets = [],
                }
            )
        );
        using var request = new HttpRequestMessage(new HttpMethod(method), world.Url);
        if (contentType is not null)
        {
            request.Content = new ByteArrayContent([]);
            request.Content.Headers.Add("Content-Type", contentType);
        }
        using var answer = await world.Client.SendAsync(request);
        ((int)answer.StatusCode).ShouldBe(464);
    }

    [Fact]
    public async Task A_web_socket_passes()
    {
        await using var world = new TrafficWorld();
        await using var target = await StandInTarget.StartAsync(EchoSocketAsync);
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        using var limit = new CancellationTokenSource(TrafficWorld.Patience);
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri(world.Url.Replace("http", "ws", StringComparison.Ordinal)), limit.Token);
        var buffer = new byte[100];
        foreach (var text in new[] { "one", "two" })
        {
            await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, limit.Token);
            var received = await socket.ReceiveAsync(buffer, limit.Token);
            Encoding.UTF8.GetString(buffer, 0, received.Count).ShouldBe(text);
        }
        // New rules end no socket.
        await world.ApplyAsync(world.Forwarding());
        await socket.SendAsync("three"u8.ToArray(), WebSocketMessageType.Text, true, limit.Token);
        (await socket.ReceiveAsync(buffer, limit.Token)).Count.ShouldBe(5);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", limit.Token);
        socket.CloseStatus.ShouldBe(WebSocketCloseStatus.NormalClosure);
    }

    private static async Task EchoSocketAsync(HttpContext http)
    {
        var key = http.Request.Headers.SecWebSocketKey + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
        http.Response.Headers.SecWebSocketAccept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key)));
        http.Response.Headers.Upgrade = "websocket";
        await using var stream = await http.Features.Get<IHttpUpgradeFeature>()!.UpgradeAsync();
        using var socket = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true });
        var buffer = new byte[100];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer, http.RequestAborted);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", http.RequestAborted);
                return;
            }
            await socket.SendAsync(
                buffer.AsMemory(0, received.Count),
                received.MessageType,
                received.EndOfMessage,
                http.RequestAborted
            );
        }
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient client, string name) =>
        client.SendAsync(
            new HttpRequestMessage(HttpMethod.Get, $"https://{name}:{TrafficWorld.Port}/")
            {
                Version = HttpVersion.Version20,
            }
        );
}
