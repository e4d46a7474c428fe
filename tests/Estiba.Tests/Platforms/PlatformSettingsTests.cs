using System.CommandLine;
using System.Net;
using Estiba.CommandLine;
using Estiba.Listeners.Tests;
using Estiba.Platforms;
using Estiba.Tests.Joining;

namespace Estiba.Tests.Platforms;

/// <summary>What a data directory was started with is what every command takes.</summary>
public sealed class PlatformSettingsTests : IAsyncDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("estiba-settings-").FullName;
    private readonly PlatformLog _log = new();

    private string Data => Path.Combine(_root, "data");

    [Fact]
    public async Task The_region_of_the_start_is_that_of_every_command()
    {
        await StartAsync("--region", "us-east-1");

        (await RunAsync("env")).ShouldContain("export AWS_REGION='us-east-1'");
        (await RunAsync("env", "--region", "ap-south-1")).ShouldContain("export AWS_REGION='ap-south-1'");
        Up().Region.ShouldBe("us-east-1");
        Up("--region", "sa-east-1").Region.ShouldBe("sa-east-1");
    }

    [Fact]
    public async Task A_running_platform_is_asked_about_the_region_that_it_was_started_with()
    {
        await using var platform = await Platform.StartAsync(
            Server("--region", "us-east-1", "--port", $"{FreePort.Take()}"),
            _log,
            TimeProvider.System,
            default
        );

        var status = await RunAsync("status");
        status.ShouldContain("region us-east-1");
        status.ShouldContain("Health: "); // ok, or degraded where the disk is nearly full
        (await RunAsync("status", "--region", "sa-east-1")).ShouldContain("region sa-east-1");
        (await RunAsync("token", "create")).ShouldContain("estiba-");
    }

    [Fact]
    public async Task The_port_of_the_start_is_that_of_the_next_one()
    {
        var port = FreePort.Take();
        await StartAsync("--port", $"{port}");

        (await RunAsync("env")).ShouldContain($"export AWS_ENDPOINT_URL='http://localhost:{port}'");
        Up().Port.ShouldBe(port);
        Up("--port", "5000").Port.ShouldBe(5000);
    }

    [Fact]
    public async Task The_account_of_the_start_is_that_of_the_next_one()
    {
        await StartAsync("--account", "111122223333");

        Up().AccountId.ShouldBe("111122223333");
        Up("--account", "444455556666").AccountId.ShouldBe("444455556666");
        await StartAsync("--account", "444455556666");
        Up().AccountId.ShouldBe("444455556666");
    }

    [Fact]
    public async Task The_certificate_and_the_authority_of_the_start_are_those_of_the_next_one()
    {
        var files = TestCertificate.Write(_root);
        var other = Path.Combine(_root, "other.pem");
        File.Copy(files.Authority!, other);
        await StartAsync("--certificate", files.Certificate, "--key", files.Key, "--ca", files.Authority!);

        Server().Certificate.ShouldBe(files);
        Server("--ca", other).Certificate.ShouldBe(files with { Authority = other });
        Server("--certificate", other, "--key", files.Key)
            .Certificate.ShouldBe(new CertificateFiles(other, files.Key, Authority: null));
        await StartAsync();
        (await RunAsync("env")).ShouldContain($"export AWS_CA_BUNDLE='{Path.Combine(Data, "ca.pem")}'");
        (await RunAsync("env")).ShouldContain("export AWS_ENDPOINT_URL='https://localhost:");
    }

    [Fact]
    public async Task The_address_of_the_start_is_that_of_the_next_one()
    {
        await StartAsync("--bind", "127.0.0.1", "--advertise", "server.example");

        (Server().Bind, Server().Advertise).ShouldBe((IPAddress.Loopback, "server.example"));
        (Server("--bind", "127.66.0.9").Advertise, Server("--advertise", "other.example").Advertise).ShouldBe(
            (null, "other.example")
        );
        (await RunAsync("env")).ShouldContain("export AWS_ENDPOINT_URL='http://server.example:");
    }

    [Fact]
    public async Task Who_checks_nobody_does_not_listen_where_it_did_before()
    {
        await StartAsync("--bind", "0.0.0.0");

        Should.Throw<CommandException>(() => Up("--any-credentials")).Message.ShouldContain("--bind 127.0.0.1");
        Up("--any-credentials", "--bind", "127.0.0.1").Bind.ShouldBe(IPAddress.Loopback);
    }

    [Fact]
    public void A_directory_that_nobody_has_used_has_the_defaults() =>
        (Up().Region, Up().Port, Up().AccountId, Up().Bind).ShouldBe(("eu-west-1", 4566, null, null));

    [Fact]
    public async Task Only_the_owner_may_read_what_is_kept()
    {
        await StartAsync();

        foreach (var file in new[] { "settings.json", "endpoint" })
            File.GetUnixFileMode(Path.Combine(Data, file)).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task Settings_that_are_damaged_are_named()
    {
        await StartAsync();
        await File.WriteAllTextAsync(Path.Combine(Data, "settings.json"), "{", TestContext.Current.CancellationToken);

        Should.Throw<CommandException>(() => Up()).Message.ShouldContain(Path.Combine(Data, "settings.json"));
    }

    public ValueTask DisposeAsync()
    {
        _log.Dispose();
        Directory.Delete(_root, recursive: true);
        return ValueTask.CompletedTask;
    }

    private async Task StartAsync(params string[] arguments)
    {
        var configuration = Server(arguments);
        if (!arguments.Contains("--port"))
            configuration = configuration with { Port = FreePort.Take() };
        await using var platform = await Platform.StartAsync(
            configuration,
            _log,
            TimeProvider.System,
            TestContext.Current.CancellationToken
        );
    }

    private PlatformConfiguration Server(params string[] arguments) =>
        ServerCommand.Configuration(Parse(ServerCommand.Create(Terminal()), arguments));

    private PlatformConfiguration Up(params string[] arguments) =>
        UpCommand.Configuration(Parse(UpCommand.Create(Terminal()), arguments));

    private ParseResult Parse(Command command, string[] arguments)
    {
        var parsed = command.Parse(["--data", Data, .. arguments]);
        parsed.Errors.ShouldBeEmpty();
        return parsed;
    }

    private async Task<string> RunAsync(params string[] arguments)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        (await EstibaCommandLine.RunAsync([.. arguments, "--data", Data], new Terminal(output, error))).ShouldBe(
            0,
            error.ToString()
        );
        return output.ToString();
    }

    private static Terminal Terminal() => new(TextWriter.Null, TextWriter.Null);
}
