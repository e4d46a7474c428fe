using System.Net;
using System.Net.WebSockets;
using System.Text;
using Estiba.Consoles;
using Estiba.Contracts;
using Estiba.Contracts.Iam;
using Estiba.Contracts.Signing;
using Estiba.Listeners.Tests;
using Estiba.Platforms;
using Estiba.Tests.Platforms;
using Microsoft.AspNetCore.Http;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Tests.Consoles;

/// <summary>The console as a browser reaches it: through the gateway of a platform.</summary>
public sealed class ConsoleOfPlatformTests : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("estiba-console-test-").FullName;
    private readonly PlatformLog _log = new();
    private readonly HttpClient _http = new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            Expect100ContinueTimeout = TimeSpan.FromMinutes(1),
        }
    );
    private StandIn _program = null!;
    private PlatformConfiguration _configuration = null!;
    private Platform _platform = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _program = await StandIn.StartAsync();
        _configuration = new PlatformConfiguration
        {
            Data = DataLayout.At(Path.Combine(_root, "data")),
            Engine = EngineKind.None,
            Port = FreePort.Take(),
            ConsoleProgram = _program.Program,
        };
        _platform = await Platform.StartAsync(_configuration, _log, TimeProvider.System, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _platform.DisposeAsync();
        await _program.DisposeAsync();
        await _log.DisposeAsync();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task A_link_starts_nothing_before_somebody_opens_it()
    {
        var link = _platform.NewConsoleLink();
        var startsBefore = _program.Starts;

        using var answer = await _http.GetAsync(link, Cancellation);

        startsBefore.ShouldBe(0);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        _program.Starts.ShouldBe(1);
    }

    [Fact]
    public async Task The_program_is_told_where_the_platform_is_and_as_whom_links_sign_in()
    {
        var key = (await RunningPlatform.FindAsync(_configuration.Data, Cancellation)).Credentials;

        using var answer = await _http.GetAsync(At("/console"), Cancellation);

        var told = _program.Told;
        told["listen"]!.GetValue<string>().ShouldStartWith("unix:/");
        told["endpoint"]!.GetValue<string>().ShouldBe($"http://127.0.0.1:{_configuration.Port}");
        told["publicUrl"]!.GetValue<string>().ShouldBe($"http://localhost:{_configuration.Port}");
        told["region"]!.GetValue<string>().ShouldBe("eu-west-1");
        told["basePath"]!.GetValue<string>().ShouldBe("/console");
        Convert.FromBase64String(told["links"]!["key"]!.GetValue<string>()).Length.ShouldBe(32);
        told["links"]!["accessKeyId"]!.GetValue<string>().ShouldBe(key.AccessKeyId);
        told["links"]!["secretAccessKey"]!.GetValue<string>().ShouldBe(key.SecretAccessKey);
    }

    [Fact]
    public async Task The_program_gets_nothing_of_the_platforms_environment_that_it_need_not_know()
    {
        Environment.SetEnvironmentVariable("ESTIBA_TEST_SECRET", "of the platform");

        using var answer = await _http.GetAsync(At("/console"), Cancellation);

        _program.Environment.ShouldContain(line => line.StartsWith("PATH=", StringComparison.Ordinal));
        _program.Environment.ShouldNotContain(line => line.Contains("ESTIBA_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_request_keeps_its_path_query_host_and_cookies_and_says_from_whom_it_is()
    {
        _program.Answer = http =>
            http.Response.WriteAsync(
                $"{http.Request.Method} {http.Request.Path}{http.Request.QueryString} {http.Request.Host} "
                    + $"{http.Request.Headers.Cookie} {http.Request.Headers["X-Forwarded-For"]} "
                    + $"{http.Request.Headers["X-Forwarded-Proto"]}{http.Request.Headers["X-Forwarded-Host"]}"
            );
        using var request = new HttpRequestMessage(HttpMethod.Get, At("/console/clusters/a%20b?tab=tasks"));
        request.Headers.Add("Cookie", "estiba-console=1");
        request.Headers.Add("X-Forwarded-For", "192.0.2.1");
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Headers.Add("X-Forwarded-Host", "elsewhere.example");

        using var answer = await _http.SendAsync(request, Cancellation);

        (await answer.Content.ReadAsStringAsync(Cancellation)).ShouldBe(
            $"GET /console/clusters/a%20b?tab=tasks localhost:{_configuration.Port} estiba-console=1 127.0.0.1 http"
        );
    }

    [Fact]
    public async Task An_answer_comes_while_it_is_made()
    {
        var more = new TaskCompletionSource();
        _program.Answer = async http =>
        {
            await http.Response.WriteAsync("first");
            await http.Response.Body.FlushAsync();
            await more.Task;
            await http.Response.WriteAsync(" last");
        };

        using var answer = await _http.GetAsync(At("/console"), HttpCompletionOption.ResponseHeadersRead, Cancellation);
        await using var stream = await answer.Content.ReadAsStreamAsync(Cancellation);
        var first = new byte[5];
        await stream.ReadExactlyAsync(first, Cancellation);
        more.SetResult();
        using var rest = new StreamReader(stream);

        Encoding.UTF8.GetString(first).ShouldBe("first");
        (await rest.ReadToEndAsync(Cancellation)).ShouldBe(" last");
    }

    [Fact]
    public async Task A_form_arrives_and_what_is_too_large_for_one_does_not()
    {
        _program.Answer = async http =>
        {
            using var body = new StreamReader(http.Request.Body);
            await http.Response.WriteAsync($"{(await body.ReadToEndAsync(http.RequestAborted)).Length}");
        };
        using var form = new StringContent(new string('x', 100_000));
        using var flood = new HttpRequestMessage(HttpMethod.Post, At("/console/sign-in"))
        {
            Content = new ByteArrayContent(new byte[9 * 1024 * 1024]),
            Headers = { ExpectContinue = true },
        };

        using var taken = await _http.PostAsync(At("/console/sign-in"), form, Cancellation);
        using var refused = await _http.SendAsync(flood, Cancellation);

        (await taken.Content.ReadAsStringAsync(Cancellation)).ShouldBe("100000");
        refused.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [Fact]
    public async Task A_web_socket_goes_through_both_ways()
    {
        _program.Answer = EchoAsync;
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", $"http://localhost:{_configuration.Port}");

        await socket.ConnectAsync(new Uri($"ws://localhost:{_configuration.Port}/console/_blazor"), Cancellation);
        var answers = new List<string> { await AskAsync(socket, "one"), await AskAsync(socket, "two") };
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, Cancellation);

        answers.ShouldBe(["one", "two"]);
        socket.CloseStatus.ShouldBe(WebSocketCloseStatus.NormalClosure);
    }

    [Theory]
    [InlineData("Host", "rebound.example")]
    [InlineData("Origin", "http://elsewhere.example")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    public async Task Pages_of_other_sites_are_refused_and_start_nothing(string header, string value)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, At("/console"));
        request.Headers.TryAddWithoutValidation(header, value);

        using var answer = await _http.SendAsync(request, Cancellation);

        answer.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        _program.Starts.ShouldBe(0);
    }

    [Fact]
    public async Task The_end_of_the_platform_ends_the_program_though_a_page_is_open()
    {
        _program.Answer = EchoAsync;
        using var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://localhost:{_configuration.Port}/console/_blazor"), Cancellation);
        (await AskAsync(socket, "open")).ShouldBe("open");

        await _platform.DisposeAsync();

        StandIn.IsRunning(_program.ProcessId).ShouldBeFalse();
    }

    [Fact]
    public async Task Whoever_has_the_platforms_own_key_is_given_a_link()
    {
        var platform = await RunningPlatform.FindAsync(_configuration.Data, Cancellation);

        var link = await LinkClient.CreateAsync(platform, _http, Cancellation);

        link.ShouldStartWith($"http://localhost:{_configuration.Port}/console/sign-in?link=");
        _program.Starts.ShouldBe(0);
    }

    [Fact]
    public async Task Nobody_else_is_given_one_whatever_he_may_do()
    {
        var platform = await RunningPlatform.FindAsync(_configuration.Data, Cancellation);
        var iam = new IamClient(platform.ClientOptions("us-east-1", _http));
        var context = platform.CallContext("us-east-1");
        await iam.CreateUserAsync(new() { UserName = "admin" }, context, Cancellation);
        await iam.AttachUserPolicyAsync(
            new() { UserName = "admin", PolicyArn = "arn:aws:iam::aws:policy/AdministratorAccess" },
            context,
            Cancellation
        );
        var key = (await iam.CreateAccessKeyAsync(new() { UserName = "admin" }, context, Cancellation)).AccessKey!;
        var admin = platform with { Credentials = new AwsCredentials(key.AccessKeyId!, key.SecretAccessKey!) };

        var refused = await Should.ThrowAsync<AwsException>(() => LinkClient.CreateAsync(admin, _http, Cancellation));

        refused.Code.ShouldBe("AccessDeniedException");
    }

    private Uri At(string path) => new(_configuration.Endpoint, path);

    private static async Task<string> AskAsync(ClientWebSocket socket, string text)
    {
        await socket.SendAsync(
            Encoding.UTF8.GetBytes(text),
            WebSocketMessageType.Text,
            endOfMessage: true,
            Cancellation
        );
        var buffer = new byte[100];
        var answer = await socket.ReceiveAsync(buffer.AsMemory(), Cancellation);
        return Encoding.UTF8.GetString(buffer, 0, answer.Count);
    }

    private static async Task EchoAsync(HttpContext http)
    {
        using var socket = await http.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[100];
        while (socket.State == WebSocketState.Open)
        {
            var message = await socket.ReceiveAsync(buffer.AsMemory(), http.RequestAborted);
            if (message.MessageType == WebSocketMessageType.Close)
                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, http.RequestAborted);
            else
                await socket.SendAsync(
                    buffer.AsMemory(0, message.Count),
                    message.MessageType,
                    message.EndOfMessage,
                    http.RequestAborted
                );
        }
    }
}
