using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Estiba.Listeners.Tests;
using Estiba.Machines;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Estiba.Tests.Machines;

public sealed class InstanceHookTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("estiba-hook-").FullName;

    private static InstanceHookCall Launch { get; } =
        InstanceHookCall.Of(
            InstanceHookCall.Launch,
            MachineWorld.Instance,
            new MachineJoin(new Uri("https://server.example:4566"), "estiba-token", null, DateTimeOffset.UnixEpoch)
        );

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_program_reads_the_document_from_its_standard_input()
    {
        using var hook = Program("cat > document; echo made");

        await hook.CallAsync(Launch, Cancellation);

        var document = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(_directory, "document"), Cancellation))!;
        document["version"]!.GetValue<int>().ShouldBe(1);
        document["action"]!.GetValue<string>().ShouldBe("launch");
        document["instanceId"]!.GetValue<string>().ShouldBe(MachineWorld.Instance.InstanceId);
        document["autoScalingGroup"]!.GetValue<string>().ShouldBe("hosts");
        document["join"]!["token"]!.GetValue<string>().ShouldBe("estiba-token");
        document["join"]!["server"]!.GetValue<string>().ShouldBe("https://server.example:4566");
    }

    [Fact]
    public async Task A_program_that_fails_is_quoted_on_one_line_and_not_for_long()
    {
        using var hook = Program(
            "cat >/dev/null; echo 'no quota' >&2; echo left >&2; head -c 1000000 /dev/zero | tr '\\0' x >&2; exit 3"
        );

        var refused = await Should.ThrowAsync<InstanceHookException>(() => hook.CallAsync(Launch, Cancellation));

        refused.Message.ShouldStartWith("The instance hook exited with 3: no quota left xxx");
        refused.Message.Length.ShouldBeLessThan(250);
    }

    [Fact]
    public async Task A_program_need_not_read_and_may_leave_something_running()
    {
        using var hook = Program("sleep 600 & echo $! > pid; exit 0");

        await hook.CallAsync(Launch, Cancellation);

        var left = int.Parse(await File.ReadAllTextAsync(Path.Combine(_directory, "pid"), Cancellation));
        using var process = System.Diagnostics.Process.GetProcessById(left);
        process.Kill();
    }

    [Fact]
    public async Task A_program_that_cannot_be_started_is_a_failure_as_others_are()
    {
        var path = Path.Combine(_directory, "hook");
        await File.WriteAllTextAsync(path, "no program", Cancellation);
        using var hook = InstanceHook.Of(InstanceHookOptions.Of(path, null, null), TimeProvider.System);

        var refused = await Should.ThrowAsync<InstanceHookException>(() => hook.CallAsync(Launch, Cancellation));

        refused.Message.ShouldStartWith("The instance hook cannot be started: ");
    }

    [Fact]
    public async Task An_address_is_posted_the_document_with_the_bearer_token_and_agrees_with_its_status()
    {
        var (heads, bodies) = (new List<Dictionary<string, string>>(), new List<string>());
        await using var server = await ServeAsync(async http =>
        {
            heads.Add(http.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString()));
            bodies.Add(await new StreamReader(http.Request.Body, Encoding.UTF8).ReadToEndAsync(Cancellation));
            http.Response.StatusCode = 202;
        });
        using var hook = Address(server, "secret");

        await hook.CallAsync(Launch, Cancellation);

        var head = heads.ShouldHaveSingleItem();
        head["Authorization"].ShouldBe("Bearer secret");
        head["Content-Type"].ShouldBe("application/json");
        head["Idempotency-Key"].ShouldBe($"launch-{MachineWorld.Instance.InstanceId}");
        JsonNode.Parse(bodies[0])!["cluster"]!.GetValue<string>().ShouldBe("web");
    }

    [Theory]
    [InlineData(409, "The instance hook answered with the status 409: no room in rack 7")]
    [InlineData(302, "The instance hook answered with the status 302: no room in rack 7")]
    public async Task An_address_that_does_not_agree_is_quoted_and_no_redirect_followed(int status, string message)
    {
        var asked = 0;
        await using var server = await ServeAsync(http =>
        {
            asked++;
            http.Response.StatusCode = status;
            http.Response.Headers.Location = "/elsewhere";
            return http.Response.WriteAsync("no room\nin rack 7", Cancellation);
        });
        using var hook = Address(server);

        var refused = await Should.ThrowAsync<InstanceHookException>(() => hook.CallAsync(Launch, Cancellation));

        (refused.Message, asked).ShouldBe((message, 1));
    }

    [Fact]
    public async Task An_address_that_nobody_listens_on_is_a_failure_as_others_are()
    {
        using var hook = InstanceHook.Of(
            InstanceHookOptions.Of($"http://127.0.0.1:{FreePort.Take()}/", null, null),
            TimeProvider.System
        );

        var refused = await Should.ThrowAsync<InstanceHookException>(() => hook.CallAsync(Launch, Cancellation));

        refused.Message.ShouldStartWith("The instance hook cannot be asked: ");
    }

    [Theory]
    [InlineData("/nowhere/hook", "There is no file '/nowhere/hook'")]
    [InlineData("http://machines.example/", "must begin with https")]
    public void What_cannot_be_a_hook_is_refused(string text, string complaint) =>
        InstanceHookOptions.Complaint(text).ShouldNotBeNull().ShouldContain(complaint);

    [Theory]
    [InlineData("https://machines.example/")]
    [InlineData("http://127.0.0.1:8080/")]
    public void What_is_encrypted_or_stays_on_this_machine_may_be_a_hook(string text) =>
        InstanceHookOptions.Complaint(text).ShouldBeNull();

    private InstanceHook Program(string script)
    {
        var path = Path.Combine(_directory, "hook");
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return InstanceHook.Of(InstanceHookOptions.Of(path, null, null), TimeProvider.System);
    }

    private static InstanceHook Address(WebApplication server, string? bearer = null) =>
        InstanceHook.Of(InstanceHookOptions.Of(server.Urls.Single(), bearer, null), TimeProvider.System);

    private static async Task<WebApplication> ServeAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var server = builder.Build();
        server.Run(answer);
        await server.StartAsync(Cancellation);
        return server;
    }
}
