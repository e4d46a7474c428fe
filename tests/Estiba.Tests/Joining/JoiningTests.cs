using System.Net;
using Estiba.Agent;
using Estiba.Clients;
using Estiba.CommandLine;
using Estiba.Contracts;
using Estiba.Contracts.Ecr;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.Signing;
using Estiba.Engines.Simulated;
using Estiba.Instances;
using Estiba.Joining;
using Estiba.Listeners.Tests;
using Estiba.Platforms;
using Estiba.Tests.Platforms;
using Microsoft.Extensions.Logging;
using Resource = Estiba.Contracts.Ecs.Resource;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Tests.Joining;

/// <summary>A server over TLS, a host that joins it, and the key that the host is given, all in this process.</summary>
public sealed class JoiningTests : IAsyncLifetime
{
    private const string Host = "mi-0123456789abcdef0";
    private readonly string _root = Directory.CreateTempSubdirectory("estiba-join-").FullName;
    private readonly PlatformLog _log = new();
    private readonly PlatformLog _hostLog = new();
    private readonly ILoggerFactory _hostLoggers;
    private PlatformConfiguration _configuration = null!;
    private Platform _platform = null!;

    public JoiningTests() => _hostLoggers = LineLog.CreateFactory(_hostLog, TimeProvider.System);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Data => Path.Combine(_root, "data");

    private string HostDirectory => Path.Combine(_root, "host");

    private Uri Server => _configuration.Endpoint;

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(HostDirectory);
        _configuration = new PlatformConfiguration
        {
            Data = DataLayout.At(Data),
            Engine = EngineKind.None,
            Port = FreePort.Take(),
            Certificate = TestCertificate.Write(_root),
        };
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _platform.DisposeAsync();
        _log.Dispose();
        _hostLoggers.Dispose();
        _hostLog.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task A_host_joins_with_a_token_and_registers_with_the_key_that_it_is_given()
    {
        var token = await TokenAsync("create", "--cluster", "default");

        var membership = await OpenAsync(token);

        var registered = await RegisterAsync(membership);
        registered.ContainerInstance!.ContainerInstanceArn.ShouldNotBeNull();
        (await Should.ThrowAsync<AwsException>(() => RegisterAsync(membership, cluster: "other"))).Code.ShouldBe(
            "AccessDeniedException"
        );
        (
            await Should.ThrowAsync<AwsException>(() =>
                Ecs(membership).ListServicesAsync(new ListServicesRequest(), Context, Cancellation)
            )
        ).Code.ShouldBe("AccessDeniedException");
        _log.ToString().ShouldContain($"Host {Host} at 127.0.0.1 has joined");
        _log.ToString().ShouldNotContain(token);
    }

    [Fact]
    public async Task A_host_may_pull_from_the_registry_and_not_push_to_it()
    {
        var membership = await OpenAsync(await TokenAsync("create"));
        var login = (
            await new EcrClient(Client(membership)).GetAuthorizationTokenAsync(
                new GetAuthorizationTokenRequest(),
                Context,
                Cancellation
            )
        ).AuthorizationData!.Single();
        using var registry = new HttpClient(Authority.CreateHandler())
        {
            BaseAddress = Server,
            DefaultRequestHeaders = { Authorization = new("Basic", login.AuthorizationToken) },
        };

        (await registry.GetAsync("/v2/", Cancellation)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await registry.PostAsync("/v2/app/blobs/uploads/", content: null, Cancellation)).StatusCode.ShouldBe(
            HttpStatusCode.Forbidden
        );
    }

    [Fact]
    public async Task A_member_needs_its_token_no_more()
    {
        var first = await OpenAsync(await TokenAsync("create"));

        var again = await OpenAsync(token: null);

        again.Credentials.ShouldBe(first.Credentials);
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(Path.Combine(HostDirectory, "membership.json"))
                .ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task A_host_is_told_its_platform_when_it_joins_and_one_that_joined_earlier_when_it_starts()
    {
        var platform = PlatformIdentity.Read(Data)!.Id;

        (await OpenAsync(await TokenAsync("create"))).Current.PlatformId.ShouldBe(platform);

        var earlier = Membership.Read(HostDirectory)! with { PlatformId = null };
        earlier.Write(HostDirectory);
        (await OpenAsync(token: null)).Current.PlatformId.ShouldBe(platform);
        Membership.Read(HostDirectory)!.PlatformId.ShouldBe(platform);

        earlier.Write(HostDirectory);
        await _platform.DisposeAsync();
        (await OpenAsync(token: null)).Current.PlatformId.ShouldBeNull("it starts although nobody tells");
        await StartAsync();
    }

    [Fact]
    public async Task A_host_with_an_accounts_own_keys_asks_for_its_platform_and_remembers_it()
    {
        var platform = PlatformIdentity.Read(Data)!.Id;
        var keys = (await RunningPlatform.FindAsync(_configuration.Data, Cancellation)).Credentials;

        (await FindPlatformAsync(new AwsCredentials("AKIANOBODY0000000000", "secret"))).ShouldBeNull();
        _hostLog.ToString().ShouldContain("It tells keys that are allowed estiba:GetPlatform");
        (await FindPlatformAsync(keys)).ShouldBe(platform);

        await _platform.DisposeAsync();
        (await FindPlatformAsync(keys)).ShouldBe(platform, "the server is away");
        await StartAsync();
    }

    [Fact]
    public async Task A_host_that_was_a_member_keeps_its_platform_with_an_accounts_own_keys()
    {
        await OpenAsync(await TokenAsync("create"));

        (await FindPlatformAsync(new AwsCredentials("AKIANOBODY0000000000", "secret"))).ShouldBe(
            PlatformIdentity.Read(Data)!.Id
        );
    }

    [Fact]
    public async Task The_agent_of_a_host_labels_containers_with_its_platform()
    {
        var options = await AgentOptionsAsync(await OpenAsync(await TokenAsync("create")), "/var/run/docker.sock");

        options.PlatformId.ShouldBe(PlatformIdentity.Read(Data)!.Id);
    }

    [Fact]
    public async Task The_socket_of_a_hosts_engine_is_never_bound_wherever_it_is()
    {
        var options = await AgentOptionsAsync(await OpenAsync(await TokenAsync("create")), "/srv/engine/docker.sock");

        options.NeverBound.ShouldBe(["/srv/engine/docker.sock"]);
        options.DataDirectory.ShouldBe(HostDirectory, "the agent never binds it either");
    }

    [Theory]
    [InlineData("network,pid", "/srv", "network pid /srv")]
    [InlineData("", "", "nothing")]
    public async Task The_status_shows_what_containers_may_do_to_each_host(string kinds, string volumes, string shown)
    {
        var access = new HostAccess
        {
            Kinds = kinds.Split(',', StringSplitOptions.RemoveEmptyEntries),
            Volumes = volumes.Split(':', StringSplitOptions.RemoveEmptyEntries),
        };
        await RegisterAsync(await OpenAsync(await TokenAsync("create")), access: access);

        var lines = (await RunAsync("status")).Split('\n');

        lines.ShouldContain(line => line.TrimEnd().EndsWith("Containers may", StringComparison.Ordinal));
        lines
            .Single(line => line.Contains(Host, StringComparison.Ordinal))
            .TrimEnd()
            .ShouldEndWith($"   {shown}", customMessage: string.Join('\n', lines));
    }

    [Fact]
    public async Task A_host_without_membership_or_token_is_told_what_to_do()
    {
        (await Should.ThrowAsync<CommandException>(() => OpenAsync(token: null))).Message.ShouldContain(
            "estiba token create"
        );
        (await Should.ThrowAsync<CommandException>(() => OpenAsync(JoinToken.New().Text))).Message.ShouldContain(
            "The token is wrong, was revoked, or has expired"
        );
    }

    [Fact]
    public async Task A_host_whose_key_was_revoked_is_shut_out_and_joins_again_if_its_token_is_good()
    {
        var token = await TokenAsync("create");
        var membership = await OpenAsync(token);
        await TokenAsync("revoke", Host);

        (await Should.ThrowAsync<AwsException>(() => RegisterAsync(membership))).Code.ShouldBe(
            "UnrecognizedClientException"
        );

        (await RegisterAsync(membership)).ContainerInstance.ShouldNotBeNull();
        Membership.Read(HostDirectory)!.Credentials.ShouldBe(membership.Credentials);
    }

    [Fact]
    public async Task A_host_whose_token_was_revoked_with_its_hosts_stays_outside()
    {
        var token = await TokenAsync("create");
        var membership = await OpenAsync(token);
        JoinToken.TryParse(token, out var parsed).ShouldBeTrue();
        (await TokenAsync("revoke", parsed!.Id, "--hosts")).ShouldBe("revoked 1 tokens and the keys of 1 hosts");

        for (var n = 0; n < 2; n++)
            (await Should.ThrowAsync<AwsException>(() => RegisterAsync(membership))).Code.ShouldBe(
                "UnrecognizedClientException"
            );
    }

    [Fact]
    public async Task A_host_that_was_shut_out_and_has_no_token_says_so_once()
    {
        await OpenAsync(await TokenAsync("create"));
        var membership = await OpenAsync(token: null);
        await TokenAsync("revoke", Host);

        for (var n = 0; n < 2; n++)
            (await Should.ThrowAsync<AwsException>(() => RegisterAsync(membership))).Code.ShouldBe(
                "UnrecognizedClientException"
            );

        _hostLog
            .ToString()
            .Split('\n')
            .Where(line => line.Contains("does not know this host's key", StringComparison.Ordinal))
            .ShouldHaveSingleItem()
            .ShouldContain("The host joins again when the agent is started with a token.");
    }

    [Fact]
    public async Task Tokens_and_hosts_outlive_the_server()
    {
        var token = await TokenAsync("create");
        var membership = await OpenAsync(token);

        await _platform.DisposeAsync();
        await StartAsync();

        (await RegisterAsync(membership)).ContainerInstance.ShouldNotBeNull();
        var list = await TokenAsync("list");
        list.ShouldContain(Host);
        list.ShouldNotContain(token);
    }

    [Fact]
    public async Task A_host_cannot_make_tokens()
    {
        var membership = await OpenAsync(await TokenAsync("create"));
        var asHost = new RunningPlatform(Server, membership.Credentials, _configuration.Certificate!.Authority);

        var refused = await Should.ThrowAsync<CommandException>(() =>
            asHost.CallAsync(
                http => new TokenClient(asHost, "eu-west-1", http).CreateAsync(null, null, Cancellation),
                Cancellation
            )
        );

        refused.Message.ShouldContain("AccessDeniedException");
    }

    [Fact]
    public async Task The_status_of_a_server_is_shown_with_its_version()
    {
        (await RunAsync("status")).ShouldContain($"Estiba {Estiba.CommandLine.Version.Text}");
    }

    [Fact]
    public async Task Clients_are_told_of_the_authority()
    {
        (await RunAsync("env")).ShouldContain($"export AWS_CA_BUNDLE='{Path.Combine(Data, "ca.pem")}'");
    }

    private static CallContext Context { get; } =
        new()
        {
            AccountId = "",
            Region = "eu-west-1",
            PrincipalArn = "",
            AccessKeyId = "",
            RequestId = "",
        };

    private async Task StartAsync() =>
        _platform = await Platform.StartAsync(_configuration, _log, TimeProvider.System, Cancellation);

    private Task<HostMembership> OpenAsync(string? token) =>
        HostMembership.OpenAsync(
            Server,
            token,
            Host,
            HostDirectory,
            new JoinClient(new HttpClient(Authority.CreateHandler())),
            TimeProvider.System,
            _hostLoggers.CreateLogger("Estiba.Agent"),
            Cancellation
        );

    private Task<string?> FindPlatformAsync(AwsCredentials keys) =>
        KnownPlatform.FindAsync(
            Server,
            keys,
            "eu-west-1",
            HostDirectory,
            new JoinClient(new HttpClient(Authority.CreateHandler())),
            _hostLoggers.CreateLogger("Estiba.Agent"),
            Cancellation
        );

    private async Task<AgentOptions> AgentOptionsAsync(HostMembership membership, string socket)
    {
        var configuration = new HostAgentConfiguration
        {
            Endpoint = Server,
            Cluster = "default",
            Region = membership.Current.Region,
            Credentials = () => membership.Credentials,
            InstanceId = Host,
            Http = Authority.CreateHandler(),
            Directory = HostDirectory,
            EnvironmentFiles = HostDirectory,
            PlatformId = membership.Current.PlatformId,
        };
        await using var engine = new SimulatedEngine(new SimulationOptions(), TimeProvider.System, seed: 1);
        return await HostAgent.OptionsAsync(
            configuration,
            engine,
            socket,
            _hostLoggers.CreateLogger("Estiba.Agent"),
            Cancellation
        );
    }

    private TrustedAuthority Authority => TrustedAuthority.Load(_configuration.Certificate!.Authority!);

    private EcsClient Ecs(HostMembership membership) => new(Client(membership));

    private AwsClientOptions Client(HostMembership membership) =>
        new()
        {
            Endpoint = Server,
            Region = membership.Current.Region,
            Credentials = () => membership.Credentials,
            Http = new HttpClient(new RefusedKeyHandler(membership, Authority.CreateHandler())),
        };

    private Task<RegisterContainerInstanceResponse> RegisterAsync(
        HostMembership membership,
        string cluster = "default",
        HostAccess? access = null
    ) =>
        Ecs(membership)
            .RegisterContainerInstanceAsync(
                new RegisterContainerInstanceRequest
                {
                    Cluster = cluster,
                    Attributes =
                    [
                        .. (access?.ToAttributes() ?? []).Select(attribute => new EcsAttribute
                        {
                            Name = attribute.Name,
                            Value = attribute.Value,
                        }),
                    ],
                    TotalResources =
                    [
                        new Resource
                        {
                            Name = "CPU",
                            Type = "INTEGER",
                            IntegerValue = 1024,
                        },
                        new Resource
                        {
                            Name = "MEMORY",
                            Type = "INTEGER",
                            IntegerValue = 1024,
                        },
                    ],
                },
                Context,
                Cancellation
            );

    private Task<string> TokenAsync(params string[] arguments) => RunAsync(["token", .. arguments]);

    private async Task<string> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        (await EstibaCommandLine.RunAsync([.. arguments, "--data", Data], new Terminal(output, error))).ShouldBe(
            0,
            error.ToString()
        );
        return output.ToString().Trim();
    }
}
