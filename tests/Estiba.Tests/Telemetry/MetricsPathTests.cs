using System.Net;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Hosting;
using Estiba.Listeners.Tests;
using Estiba.Platforms;
using Estiba.State;
using Estiba.State.Journals;
using Estiba.Telemetry;
using Estiba.Tests.Platforms;
using Microsoft.AspNetCore.Http;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Tests.Telemetry;

/// <summary>What operators see of the platform itself.</summary>
/// <remarks>Alone in the process: its meters are all platforms', and those of one that ends would take those of this
/// one along.</remarks>
[Collection(nameof(MeasuredProcess))]
public sealed class MetricsPathTests : IAsyncLifetime
{
    private readonly string _root = Directory.CreateTempSubdirectory("estiba-telemetry-").FullName;
    private readonly PlatformLog _log = new();
    private readonly HttpClient _http = new();
    private PlatformConfiguration _configuration = null!;
    private Platform _platform = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _configuration = new PlatformConfiguration
        {
            Data = DataLayout.At(Path.Combine(_root, "data")),
            Engine = EngineKind.None,
            Port = FreePort.Take(),
        };
        _platform = await Platform.StartAsync(_configuration, _log, TimeProvider.System, Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _platform.DisposeAsync();
        await _log.DisposeAsync();
        _http.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task Requests_commits_controllers_clusters_and_the_runtime_are_measured_from_the_first_look_on()
    {
        (await MetricsAsync()).ShouldContain(line =>
            line.StartsWith("dotnet_process_memory", StringComparison.Ordinal)
        );

        var running = await RunningPlatform.FindAsync(_configuration.Data, Cancellation);
        var ecs = new EcsClient(running.ClientOptions("eu-west-1", _http));
        var context = new CallContext
        {
            AccountId = "",
            Region = "eu-west-1",
            PrincipalArn = "",
            AccessKeyId = "",
            RequestId = "",
        };
        await ecs.CreateClusterAsync(new CreateClusterRequest { ClusterName = "measured" }, context, Cancellation);

        var lines = await MetricsAsync();
        Value(lines, "estiba_requests_duration_seconds_count", "service=\"ecs\"", "operation=\"CreateCluster\"")
            .ShouldBe(1);
        Value(lines, "estiba_ecs_tasks", "cluster=\"measured\"", "status=\"PROVISIONING\"").ShouldBe(0);
        Value(lines, "estiba_state_commits_total", "outcome=\"kept\"").ShouldBeGreaterThan(0);
        Value(lines, "estiba_controllers_queue_length", "controller=\"ecs.services\"").ShouldBe(0);
    }

    [Theory]
    [InlineData("192.0.2.7", 403)]
    [InlineData("::ffff:172.17.0.2", 403)]
    [InlineData("127.0.0.9", 200)]
    [InlineData("::ffff:127.0.0.1", 200)]
    [InlineData("::1", 200)]
    public async Task Only_this_machine_is_answered(string client, int status)
    {
        await using var store = await Store.OpenAsync(new MemoryJournal(), []);
        var module = await new TelemetryModule().OpenAsync(new ModuleHost { Store = store }, Cancellation);
        var http = new DefaultHttpContext();
        http.Connection.RemoteIpAddress = IPAddress.Parse(client);
        http.Request.Method = "GET";
        http.Request.Path = "/metrics";
        http.Response.Body = new MemoryStream();

        await module.Paths.Single().Handle(http, null);
        await module.CloseAsync!();

        http.Response.StatusCode.ShouldBe(status);
    }

    private async Task<string[]> MetricsAsync()
    {
        using var answer = await _http.GetAsync(new Uri(_configuration.Endpoint, "/metrics"), Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/plain");
        return (await answer.Content.ReadAsStringAsync(Cancellation)).Split('\n');
    }

    private static double Value(string[] lines, string metric, params string[] labels) =>
        double.Parse(
            lines
                .Where(line => line.StartsWith(metric + "{", StringComparison.Ordinal))
                .Single(line => labels.All(label => line.Contains(label, StringComparison.Ordinal)))
                .Split(' ')[1]
        );
}

/// <summary>A process with nobody else in it that measures.</summary>
[CollectionDefinition(nameof(MeasuredProcess), DisableParallelization = true)]
public sealed class MeasuredProcess;
