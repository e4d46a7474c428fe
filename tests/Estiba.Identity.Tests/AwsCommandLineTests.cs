using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Estiba.Contracts.Iam;
using Estiba.Contracts.Sts;
using Estiba.Gateway;
using Microsoft.Extensions.Logging.Abstractions;

namespace Estiba.Identity.Tests;

/// <summary>
/// The stock command line against identity behind the real gateway. Where it is missing these tests fail.
/// </summary>
public sealed class AwsCommandLineTests
{
    [Fact]
    public async Task A_role_is_made_shown_and_assumed()
    {
        await using var world = await IdentityWorld.StartAsync();
        await using var gateway = await GatewayAsync(world);
        await RunAsync(
            gateway,
            Owner(world),
            "iam",
            "create-role",
            "--role-name",
            "app",
            "--assume-role-policy-document",
            IdentityWorld.Trust,
            "--tags",
            "Key=a,Value=b"
        );

        var shown = await RunAsync(gateway, Owner(world), "iam", "get-role", "--role-name", "app");
        var assumed = await RunAsync(
            gateway,
            Owner(world),
            "sts",
            "assume-role",
            "--role-arn",
            Text(shown, "Role", "Arn"),
            "--role-session-name",
            "me"
        );
        var session = Environment(
            Text(assumed, "Credentials", "AccessKeyId"),
            Text(assumed, "Credentials", "SecretAccessKey"),
            Text(assumed, "Credentials", "SessionToken")
        );
        var identity = await RunAsync(gateway, session, "sts", "get-caller-identity");

        (
            shown.GetProperty("Role").GetProperty("AssumeRolePolicyDocument").GetProperty("Version").GetString(),
            Text(identity, "Arn")
        ).ShouldBe(("2012-10-17", "arn:aws:sts::123456789012:assumed-role/app/me"));
    }

    [Fact]
    public async Task A_users_key_works_at_once()
    {
        await using var world = await IdentityWorld.StartAsync();
        await using var gateway = await GatewayAsync(world);
        await RunAsync(gateway, Owner(world), "iam", "create-user", "--user-name", "alice");

        var key = await RunAsync(gateway, Owner(world), "iam", "create-access-key", "--user-name", "alice");
        var identity = await RunAsync(
            gateway,
            Environment(Text(key, "AccessKey", "AccessKeyId"), Text(key, "AccessKey", "SecretAccessKey")),
            "sts",
            "get-caller-identity"
        );

        Text(identity, "Arn").ShouldBe("arn:aws:iam::123456789012:user/alice");
    }

    [Fact]
    public async Task The_command_line_pages_through_a_list()
    {
        await using var world = await IdentityWorld.StartAsync();
        for (var i = 0; i < 5; i++)
            await world.RoleAsync($"role{i}");
        await using var gateway = await GatewayAsync(world);

        var listed = await RunAsync(gateway, Owner(world), "iam", "list-roles", "--page-size", "2");

        listed.GetProperty("Roles").GetArrayLength().ShouldBe(5);
    }

    private static async Task<GatewayServer> GatewayAsync(IdentityWorld world)
    {
        world.Time.SetUtcNow(DateTimeOffset.UtcNow);
        var options = new GatewayOptions
        {
            EndPoints = [new IPEndPoint(IPAddress.Loopback, 0)],
            Version = "1",
            DefaultAccountId = IdentityWorld.Account,
        };
        var server = new GatewayServer(
            options,
            world.Dispatchers,
            world.Credentials,
            [],
            TimeProvider.System,
            NullLoggerFactory.Instance
        );
        await server.StartAsync(TestContext.Current.CancellationToken);
        return server;
    }

    private static Dictionary<string, string> Owner(IdentityWorld world) =>
        Environment(world.Root.Credentials.AccessKeyId, world.Root.Credentials.SecretAccessKey);

    private static Dictionary<string, string> Environment(string key, string secret, string token = "") =>
        new()
        {
            ["AWS_ACCESS_KEY_ID"] = key,
            ["AWS_SECRET_ACCESS_KEY"] = secret,
            ["AWS_SESSION_TOKEN"] = token,
        };

    private static string Text(JsonElement element, params string[] path) =>
        path.Aggregate(element, (parent, name) => parent.GetProperty(name)).GetString()!;

    private static async Task<JsonElement> RunAsync(
        GatewayServer gateway,
        Dictionary<string, string> environment,
        params string[] arguments
    )
    {
        var start = new ProcessStartInfo("aws", [.. arguments, "--output", "json"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["AWS_ENDPOINT_URL"] = $"http://{gateway.EndPoints[0]}";
        start.Environment["AWS_REGION"] = start.Environment["AWS_DEFAULT_REGION"] = "eu-west-1";
        start.Environment["AWS_CONFIG_FILE"] = start.Environment["AWS_SHARED_CREDENTIALS_FILE"] = "/dev/null";
        foreach (var (name, value) in environment)
            start.Environment[name] = value.Length > 0 ? value : null;

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.ExitCode.ShouldBe(0, await errors);
        return JsonSerializer.Deserialize<JsonElement>(await output);
    }
}
