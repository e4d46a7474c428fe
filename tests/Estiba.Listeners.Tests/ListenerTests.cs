using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Estiba.Listeners.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;

namespace Estiba.Listeners.Tests;

public sealed class ListenerTests
{
    [Fact]
    public async Task A_listener_with_a_certificate_answers_over_tls_and_one_without_in_the_clear()
    {
        using var files = new CertificateFiles();
        using var certificate = files.Load();
        await using var secure = await StartAsync(Keeper(10), certificate: certificate);
        await using var plain = await StartAsync(Keeper(10));
        using var client = new HttpClient(certificate.Trusting());

        (await client.GetStringAsync($"https://localhost:{secure.EndPoints[0].Port}/")).ShouldBe("https");
        (await client.GetStringAsync($"http://localhost:{plain.EndPoints[0].Port}/")).ShouldBe("http");
    }

    [Fact]
    public async Task A_handshake_is_answered_by_what_the_client_says_of_itself()
    {
        using var files = new CertificateFiles();
        using var certificate = files.Load();
        await using var listener = new Listener(
            new ListenerOptions
            {
                EndPoints = [new IPEndPoint(IPAddress.Loopback, 0)],
                Protocols = HttpProtocols.Http1AndHttp2,
                Handshake = hello =>
                    hello.ServerName != "localhost"
                        ? null
                        : new SslServerAuthenticationOptions
                        {
                            ServerCertificate = certificate.Certificate,
                            ApplicationProtocols = [SslApplicationProtocol.Http11],
                        },
            },
            http => http.Response.WriteAsync(http.Request.Protocol),
            Keeper(10),
            NullLoggerFactory.Instance
        );
        await listener.StartAsync();
        using var client = new HttpClient(certificate.Trusting()) { DefaultRequestVersion = HttpVersion.Version20 };

        (await client.GetStringAsync($"https://localhost:{listener.EndPoints[0].Port}/")).ShouldBe("HTTP/1.1");
        await Should.ThrowAsync<HttpRequestException>(() =>
            client.GetStringAsync($"https://127.0.0.1:{listener.EndPoints[0].Port}/")
        );
    }

    [Fact]
    public async Task The_server_can_be_told_more_and_its_patience_changed()
    {
        await using var listener = new Listener(
            new ListenerOptions
            {
                EndPoints = [new IPEndPoint(IPAddress.Loopback, 0)],
                Server = static server => server.Limits.MaxRequestLineSize = 100,
            },
            http => http.Response.WriteAsync("well"),
            Keeper(10),
            NullLoggerFactory.Instance
        );
        await listener.StartAsync();
        using var client = new HttpClient();
        var url = $"http://localhost:{listener.EndPoints[0].Port}/";
        (await client.GetAsync(url + new string('a', 200))).StatusCode.ShouldBe(HttpStatusCode.RequestUriTooLong);
        listener.KeepAlive.ShouldBe(new ListenerOptions { EndPoints = [] }.KeepAlive);

        listener.KeepAlive = TimeSpan.FromMilliseconds(1);

        using var idle = Connect(listener);
        await UntilAsync(() => IsClosed(idle));
    }

    [Fact]
    public async Task Who_is_not_admitted_is_not_answered()
    {
        await using var listener = await StartAsync(Keeper(10), admits: _ => false);
        using var client = new HttpClient();

        // A connection that is closed while the client still prepares it shows as the socket's failure.
        var failure = await Record.ExceptionAsync(() =>
            client.GetStringAsync($"http://localhost:{listener.EndPoints[0].Port}/")
        );
        (failure is HttpRequestException or SocketException).ShouldBeTrue($"{failure}");
    }

    [Fact]
    public async Task Listeners_that_share_a_keeper_share_its_connections()
    {
        var keeper = Keeper(2);
        await using var first = await StartAsync(keeper);
        await using var second = await StartAsync(keeper);
        using var oldest = Connect(first);
        using var other = Connect(first);
        (IsClosed(oldest) || IsClosed(other)).ShouldBeFalse();

        using var client = new HttpClient();
        (await client.GetStringAsync($"http://localhost:{second.EndPoints[0].Port}/")).ShouldBe("http");

        await UntilAsync(() => IsClosed(oldest));
    }

    [Fact]
    public async Task An_address_that_is_taken_is_named()
    {
        await using var first = await StartAsync(Keeper(10));

        var taken = await Should.ThrowAsync<AddressTakenException>(() => StartAsync(Keeper(10), first.EndPoints[0]));

        taken.Message.ShouldContain(first.EndPoints[0].ToString());
    }

    [Fact]
    public async Task Who_fails_to_answer_answers_with_a_fault_of_the_server()
    {
        await using var listener = await StartAsync(Keeper(10), answer: _ =>
            throw new InvalidOperationException("a fault")
        );
        using var client = new HttpClient();

        (await client.GetAsync($"http://localhost:{listener.EndPoints[0].Port}/")).StatusCode.ShouldBe(
            HttpStatusCode.InternalServerError
        );
    }

    private static ConnectionKeeper Keeper(int connections) =>
        new(
            ConnectionLimits.Of(new NamedLimits(connections, OfThisMachine: connections)),
            TimeProvider.System,
            NullLogger<ConnectionKeeper>.Instance
        );

    private static async Task<Listener> StartAsync(
        ConnectionKeeper keeper,
        IPEndPoint? endPoint = null,
        ServerCertificate? certificate = null,
        Func<IPAddress, bool>? admits = null,
        RequestDelegate? answer = null
    )
    {
        var listener = new Listener(
            new ListenerOptions
            {
                EndPoints = [endPoint ?? new IPEndPoint(IPAddress.Loopback, 0)],
                Certificate = certificate,
                Admits = admits,
            },
            answer ?? (http => http.Response.WriteAsync(http.Request.Scheme)),
            keeper,
            NullLoggerFactory.Instance
        );
        await listener.StartAsync();
        return listener;
    }

    /// <summary>A connection that waits for its second request.</summary>
    private static Socket Connect(Listener listener)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(listener.EndPoints[0]);
        socket.Send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8);
        var buffer = new byte[4096];
        for (var length = 0; !buffer.AsSpan(0, length).EndsWith("0\r\n\r\n"u8); )
        {
            var read = socket.Receive(buffer.AsSpan(length));
            read.ShouldBeGreaterThan(0);
            length += read;
        }

        return socket;
    }

    private static bool IsClosed(Socket socket) => socket.Poll(0, SelectMode.SelectRead);

    private static async Task UntilAsync(Func<bool> condition)
    {
        var deadline = DateTime.UtcNow.AddSeconds(120);
        while (!condition())
        {
            (DateTime.UtcNow < deadline).ShouldBeTrue("it took too long");
            await Task.Delay(10);
        }
    }
}
