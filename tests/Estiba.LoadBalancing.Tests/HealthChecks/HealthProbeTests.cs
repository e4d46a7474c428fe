using System.Net;
using System.Net.Sockets;
using Estiba.Contracts.ElbV2;
using Estiba.LoadBalancing.HealthChecks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Estiba.LoadBalancing.Tests.HealthChecks;

/// <summary>The probe against servers on the loopback.</summary>
public sealed class HealthProbeTests
{
    private static readonly HealthCheckSettings Settings = new()
    {
        Protocol = ProtocolEnum.Http,
        Port = "traffic-port",
        Path = "/health",
        HttpCodes = "200",
        IntervalSeconds = 30,
        TimeoutSeconds = 5,
        HealthyThreshold = 5,
        UnhealthyThreshold = 2,
    };

    [Fact]
    public async Task It_asks_for_the_path_follows_no_redirect_and_says_who_it_is()
    {
        var asked = new TaskCompletionSource<(string Path, string Agent)>();
        await using var server = await ServeAsync(HttpProtocols.Http1, async http =>
        {
            asked.TrySetResult((http.Request.Path.ToString(), http.Request.Headers.UserAgent.ToString()));
            http.Response.Redirect("/elsewhere");
            await http.Response.CompleteAsync();
        });
        using var probe = new HealthProbe();

        var outcome = await probe.ProbeAsync(AddressOf(server), Settings, proxyProtocol: false, CancellationToken.None);

        outcome.ShouldBe(new ProbeOutcome(ProbeKind.Answered, 302));
        (await asked.Task).ShouldBe(("/health", "ELB-HealthChecker/2.0"));
    }

    [Theory]
    [InlineData(503, "text/plain", "database\r\nis away", "database is away")]
    [InlineData(503, "application/problem+json", "{}", "{}")]
    [InlineData(503, "text/plain", " \n ", null)]
    [InlineData(503, "application/octet-stream", "bytes", null)]
    [InlineData(503, null, "bytes", null)]
    [InlineData(200, "text/plain", "well", null)]
    public async Task It_tells_how_an_answer_begins_that_is_not_the_one_wanted(
        int code,
        string? type,
        string body,
        string? told
    )
    {
        await using var server = await ServeAsync(HttpProtocols.Http1, async http =>
        {
            http.Response.StatusCode = code;
            http.Response.ContentType = type;
            await http.Response.WriteAsync(body);
        });
        using var probe = new HealthProbe();

        (await probe.ProbeAsync(AddressOf(server), Settings, proxyProtocol: false, CancellationToken.None)).ShouldBe(
            new ProbeOutcome(ProbeKind.Answered, code, told)
        );
    }

    [Fact]
    public async Task It_waits_for_the_end_of_no_answer()
    {
        await using var server = await ServeAsync(HttpProtocols.Http1, async http =>
        {
            http.Response.StatusCode = 503;
            http.Response.ContentType = "text/plain";
            await http.Response.WriteAsync("database is away");
            await http.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });
        using var probe = new HealthProbe();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));

        var outcome = await probe.ProbeAsync(AddressOf(server), Settings, proxyProtocol: false, limit.Token);

        outcome.ShouldBe(new ProbeOutcome(ProbeKind.Answered, 503, "database is away"));
    }

    [Theory]
    [InlineData("12")]
    [InlineData("0")]
    public async Task It_speaks_gRPC(string status)
    {
        await using var server = await ServeAsync(HttpProtocols.Http2, async http =>
        {
            http.Response.ContentType = "application/grpc";
            if (http.Request.Method != "POST" || http.Request.ContentType != "application/grpc")
                return;
            await http.Response.StartAsync();
            http.Response.AppendTrailer("grpc-status", status);
        });
        using var probe = new HealthProbe();
        var settings = Settings with { Path = "/AWS.ALB/healthcheck", HttpCodes = null, GrpcCodes = "12" };

        var outcome = await probe.ProbeAsync(AddressOf(server), settings, proxyProtocol: false, CancellationToken.None);

        outcome.ShouldBe(new ProbeOutcome(ProbeKind.Answered, int.Parse(status)));
        outcome.IsSuccess(settings).ShouldBe(status == "12");
    }

    [Fact]
    public async Task Over_TCP_a_connection_is_enough()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var probe = new HealthProbe();
        var settings = Settings with { Protocol = ProtocolEnum.Tcp, Path = null, HttpCodes = null };
        var address = (IPEndPoint)listener.LocalEndpoint;

        var listening = await probe.ProbeAsync(address, settings, proxyProtocol: false, CancellationToken.None);
        listener.Stop();
        var stopped = await probe.ProbeAsync(address, settings, proxyProtocol: false, CancellationToken.None);

        listening.IsSuccess(settings).ShouldBeTrue();
        stopped.ShouldBe(new ProbeOutcome(ProbeKind.Failed));
    }

    [Theory]
    [InlineData(ProtocolEnum.Tcp)]
    [InlineData(ProtocolEnum.Http)]
    public async Task Where_targets_expect_it_a_check_begins_with_the_proxy_protocol_for_nobody(string protocol)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var probe = new HealthProbe();
        var settings = Settings with { Protocol = protocol };
        var address = (IPEndPoint)listener.LocalEndpoint;

        var probing = probe.ProbeAsync(address, settings, proxyProtocol: true, CancellationToken.None);
        using var connection = await listener.AcceptTcpClientAsync();
        var header = new byte[16];
        await connection.GetStream().ReadExactlyAsync(header);
        if (protocol == ProtocolEnum.Http)
            await connection.GetStream().WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray());

        (await probing).IsSuccess(settings).ShouldBeTrue();
        Convert.ToHexStringLower(header).ShouldBe("0d0a0d0a000d0a515549540a20000000");
    }

    [Fact]
    public async Task Nobody_who_answers_is_a_failure_and_no_exception()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var address = (IPEndPoint)listener.LocalEndpoint;
        listener.Stop();
        using var probe = new HealthProbe();

        (await probe.ProbeAsync(address, Settings, proxyProtocol: false, CancellationToken.None)).ShouldBe(
            new ProbeOutcome(ProbeKind.Failed)
        );
    }

    [Theory]
    [InlineData("200", true)]
    [InlineData("200,202", true)]
    [InlineData("200-299,301", true)]
    [InlineData("", false)]
    [InlineData("200-", false)]
    [InlineData("299-200", false)]
    [InlineData("1-2-3", false)]
    [InlineData("+200", false)]
    public void A_matcher_is_a_list_of_codes_and_ranges(string codes, bool isOne) =>
        (CodeRange.Parse(codes) is not null).ShouldBe(isOne);

    private static async Task<WebApplication> ServeAsync(HttpProtocols protocols, RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options =>
            options.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = protocols)
        );
        var server = builder.Build();
        server.Run(answer);
        await server.StartAsync();
        return server;
    }

    private static IPEndPoint AddressOf(WebApplication server) =>
        IPEndPoint.Parse(
            new Uri(
                server
                    .Services.GetRequiredService<IServer>()
                    .Features.Get<IServerAddressesFeature>()!
                    .Addresses.Single()
            ).Authority
        );
}
