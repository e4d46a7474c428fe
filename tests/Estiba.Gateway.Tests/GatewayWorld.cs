using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.Signing;
using Estiba.Hosting.Http;

namespace Estiba.Gateway.Tests;

/// <summary>A gateway on a free port of the loopback address, with stand-in services and a client that signs.</summary>
internal sealed class GatewayWorld : IAsyncDisposable, ICredentialSource
{
    public const string Account = "123456789012";
    public static readonly AwsCredentials Root = new(
        "AKIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
    );
    public static readonly AwsCredentials Session = new("ASIAIOSFODNN7EXAMPLE", "another/secret", "the-session-token");

    /// <summary>Good for ListClusters and for the control socket of an agent.</summary>
    public static readonly AwsCredentials Host = new("AKIAIOSFODNN7EXHOST1", "a/third/secret");

    private readonly GatewayServer _server;
    private readonly RequestSigner _signer;

    private GatewayWorld(
        Func<GatewayOptions, GatewayOptions> configure,
        IReadOnlyList<HttpPath> paths,
        SteppedTime time,
        IReadOnlyList<ServiceDispatcher> more
    )
    {
        Time = time;
        _signer = new RequestSigner(time);
        var options = configure(
            new GatewayOptions
            {
                EndPoints = [new IPEndPoint(IPAddress.Loopback, 0)],
                Version = "1.2.3",
                DefaultAccountId = "999999999999",
            }
        );
        _server = new GatewayServer(options, [.. Services.Dispatchers, .. more], this, paths, Time, Logs, Authorizer);
    }

    public SteppedTime Time { get; }

    public StandInServices Services { get; } = new();

    public RecordedLogs Logs { get; } = new();

    public StandInAuthorizer Authorizer { get; } = new();

    public HttpClient Http { get; } = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });

    public IReadOnlyList<IPEndPoint> EndPoints => _server.EndPoints;

    public Uri Address => new($"http://{_server.EndPoints[0]}/");

    /// <summary>When the session's credentials end.</summary>
    public DateTimeOffset SessionEnds { get; set; } = DateTimeOffset.MaxValue;

    public static async Task<GatewayWorld> StartAsync(
        Func<GatewayOptions, GatewayOptions>? configure = null,
        SteppedTime? time = null,
        params IReadOnlyList<HttpPath> paths
    )
    {
        var world = new GatewayWorld(configure ?? (options => options), paths, time ?? new SteppedTime(), []);
        await world._server.StartAsync(TestContext.Current.CancellationToken);
        return world;
    }

    /// <summary>A gateway by the machine's own clock, with further services.</summary>
    public static async Task<GatewayWorld> StartWithAsync(
        IReadOnlyList<ServiceDispatcher> more,
        params IReadOnlyList<HttpPath> paths
    )
    {
        var world = new GatewayWorld(options => options, paths, new SteppedTime { Now = DateTimeOffset.UtcNow }, more);
        await world._server.StartAsync(TestContext.Current.CancellationToken);
        return world;
    }

    public Task ListenForContainersAsync(IPEndPoint endPoint, Func<IPAddress, bool> admits) =>
        _server.ListenForContainersAsync(endPoint, admits, TestContext.Current.CancellationToken);

    /// <summary>A key that is gone.</summary>
    public string? Revoked { get; set; }

    public Credential? Find(string accessKeyId) =>
        accessKeyId switch
        {
            _ when accessKeyId == Revoked => null,
            "AKIAIOSFODNN7EXAMPLE" => new Credential
            {
                AccessKeyId = accessKeyId,
                SecretAccessKey = Root.SecretAccessKey,
                AccountId = Account,
                PrincipalArn = $"arn:aws:iam::{Account}:root",
            },
            "ASIAIOSFODNN7EXAMPLE" => new Credential
            {
                AccessKeyId = accessKeyId,
                SecretAccessKey = Session.SecretAccessKey,
                AccountId = "210987654321",
                PrincipalArn = "arn:aws:sts::210987654321:assumed-role/app/session",
                SessionToken = Session.SessionToken,
                Expires = SessionEnds,
            },
            "AKIAIOSFODNN7EXHOST1" => new Credential
            {
                AccessKeyId = accessKeyId,
                SecretAccessKey = Host.SecretAccessKey,
                AccountId = Account,
                PrincipalArn = $"arn:aws:sts::{Account}:assumed-role/host/mi-1",
                Actions = new HashSet<string> { "ecs:ListClusters", "ecs:Poll" },
            },
            _ => null,
        };

    /// <summary>A request of one of the protocols, not signed: <c>json</c>, <c>query</c> or <c>ec2</c>.</summary>
    public HttpRequestMessage Request(string protocol) =>
        protocol switch
        {
            "json" => Json("AmazonEC2ContainerServiceV20141113.ListClusters", "{}"),
            "query" => Form("Action=GetCallerIdentity&Version=2011-06-15"),
            "ec2" => Form("Action=DescribeRegions&Version=2016-11-15"),
            _ => throw new ArgumentOutOfRangeException(nameof(protocol)),
        };

    public static string ServiceOf(string protocol) =>
        protocol switch
        {
            "json" => "ecs",
            "query" => "sts",
            _ => "ec2",
        };

    public HttpRequestMessage Json(string target, string body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Address)
        {
            Content = new StringContent(body, Encoding.UTF8),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.1");
        request.Headers.Add("X-Amz-Target", target);
        return request;
    }

    public HttpRequestMessage Form(string body) =>
        new(HttpMethod.Post, Address)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/x-www-form-urlencoded"),
        };

    public async Task<HttpRequestMessage> SignAsync(
        HttpRequestMessage request,
        string service,
        AwsCredentials? credentials = null,
        string region = "eu-west-1"
    )
    {
        var body = request.Content is null
            ? []
            : await request.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        _signer.Sign(request, body, credentials ?? Root, region, service);
        return request;
    }

    public Uri Presign(string query, string service, TimeSpan expires, AwsCredentials? credentials = null) =>
        _signer.Presign("GET", new Uri(Address, "/?" + query), expires, credentials ?? Root, "eu-west-1", service);

    public Task<HttpRequestMessage> SignedAsync(
        string protocol,
        AwsCredentials? credentials = null,
        string region = "eu-west-1"
    ) => SignAsync(Request(protocol), ServiceOf(protocol), credentials, region);

    public async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        using var response = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        return new Answer(
            (int)response.StatusCode,
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            response.Content.Headers.ContentType?.ToString(),
            response.Headers.TryGetValues("x-amzn-RequestId", out var ids) ? ids.Single() : null,
            response.Headers.Select(header => header.Key).ToList()
        );
    }

    public Task StopAsync() => _server.StopAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _server.DisposeAsync();
    }
}

/// <summary>What came back.</summary>
internal sealed record Answer(
    int Status,
    string Body,
    string? ContentType,
    string? RequestId,
    IReadOnlyList<string> Headers
)
{
    /// <summary>The error's code, as the protocol puts it.</summary>
    public string? Code =>
        Body.StartsWith('{')
            ? System.Text.Json.JsonDocument.Parse(Body).RootElement.GetProperty("__type").GetString()
            : Xml("Code");

    /// <summary>The error's message, as the protocol puts it.</summary>
    public string? Message =>
        Body.StartsWith('{')
            ? System.Text.Json.JsonDocument.Parse(Body).RootElement.GetProperty("message").GetString()
            : Xml("Message");

    public string? Xml(string name) =>
        System
            .Xml.Linq.XElement.Parse(Body)
            .DescendantsAndSelf()
            .FirstOrDefault(element => element.Name.LocalName == name)
            ?.Value;
}
