using Estiba.Gateway.Health;
using Estiba.Hosting.Health;

namespace Estiba.Gateway.Tests;

public sealed class HealthTests
{
    [Theory]
    [InlineData("/_estiba/health")]
    [InlineData("/_estiba/health/ready")]
    public async Task What_has_failed_is_told_with_its_reason(string path)
    {
        await using var world = await StartAsync(
            new("store", _ => Task.FromResult(HealthResult.Failed("The disk is full."))),
            new("logs", _ => Task.FromResult(HealthResult.Ok))
        );

        var answer = await world.SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(world.Address, path)));

        (answer.Status, answer.Body).ShouldBe(
            (
                503,
                """{"status":"failed","version":"1.2.3","checks":[{"name":"store","status":"failed","reason":"The disk is full."},{"name":"logs","status":"ok"}]}"""
                    + "\n"
            )
        );
    }

    [Fact]
    public async Task What_is_degraded_is_told_and_the_platform_is_ready()
    {
        await using var world = await StartAsync(
            new("disk", _ => Task.FromResult(HealthResult.Ok)),
            new("engine", _ => Task.FromResult(HealthResult.Degraded("Docker does not answer.")))
        );

        var answer = await AskAsync(world);

        answer.Status.ShouldBe(200);
        answer.Body.ShouldContain("""{"status":"degraded",""");
        answer.Body.ShouldContain("""{"name":"engine","status":"degraded","reason":"Docker does not answer."}""");
    }

    [Fact]
    public async Task A_process_lives_although_it_is_not_ready()
    {
        await using var world = await StartAsync(
            new HealthCheck("store", _ => Task.FromResult(HealthResult.Failed("The disk is full.")))
        );

        (
            await world.SendAsync(
                new HttpRequestMessage(HttpMethod.Get, new Uri(world.Address, "/_estiba/health/live"))
            )
        ).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_check_that_throws_has_failed()
    {
        await using var world = await StartAsync(
            new HealthCheck("store", _ => throw new IOException("Input/output error : '/srv/state.db'"))
        );

        (await AskAsync(world)).Body.ShouldContain(
            """{"name":"store","status":"failed","reason":"Input/output error"}"""
        );
    }

    [Fact]
    public async Task A_check_that_does_not_end_has_failed_and_is_not_begun_again()
    {
        var begun = 0;
        using var frozen = new ManualResetEventSlim();
        await using var world = await StartAsync(new HealthCheck("store", _ =>
            {
                Interlocked.Increment(ref begun);
                frozen.Wait(TestContext.Current.CancellationToken); // as a write to a disk that does not answer
                return Task.FromResult(HealthResult.Ok);
            }));

        (await AskAsync(world)).Body.ShouldContain("There was no answer within 2 seconds.");
        world.Time.Now += TimeSpan.FromSeconds(10);
        (await AskAsync(world)).Status.ShouldBe(503);
        begun.ShouldBe(1);

        frozen.Set();
        world.Time.Now += TimeSpan.FromSeconds(10);
        var answer = await AskAsync(world);
        answer.Status.ShouldBe(200, answer.Body);
    }

    [Fact]
    public async Task Checks_run_only_every_few_seconds_however_often_somebody_asks()
    {
        var ran = 0;
        await using var world = await StartAsync(new HealthCheck("store", _ =>
            {
                Interlocked.Increment(ref ran);
                return Task.FromResult(HealthResult.Ok);
            }));

        for (var time = 0; time < 10; time++)
            await AskAsync(world);
        ran.ShouldBe(1);

        world.Time.Now += HealthMonitor.GoodFor;
        await AskAsync(world);
        ran.ShouldBe(2);
    }

    private static Task<GatewayWorld> StartAsync(params HealthCheck[] checks) =>
        GatewayWorld.StartAsync(options => options with { HealthChecks = checks });

    private static Task<Answer> AskAsync(GatewayWorld world) =>
        world.SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(world.Address, "/_estiba/health")));
}
