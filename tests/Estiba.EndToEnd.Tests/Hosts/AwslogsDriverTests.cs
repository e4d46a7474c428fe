using Estiba.EndToEnd.Tests.Platforms;

namespace Estiba.EndToEnd.Tests.Hosts;

/// <summary>
/// Docker's own <c>awslogs</c> driver, which writes the lines of containers that Amazon's agent starts: the payload
/// names the platform as its endpoint, and the engine signs with the credentials in its environment.
/// </summary>
[Collection(nameof(SecondEngine))]
public sealed class AwslogsDriverTests
{
    [Fact]
    public async Task Lines_that_Dockers_awslogs_driver_writes_reach_the_platforms_logs()
    {
        await using var world = await World.CreateServerAsync();
        await using var engine = new SecondEngine(
            world.Root,
            new Dictionary<string, string?>(
                world.Commands.Environment.Where(variable =>
                    variable.Key is "AWS_ACCESS_KEY_ID" or "AWS_SECRET_ACCESS_KEY"
                )
            )
        );
        await engine.StartAsync();
        await Nginx.EnsureAsync(engine.Host);

        (await RunAsync("web", "one")).Refusal.ShouldContain(
            "ResourceNotFoundException: The specified log group does not exist."
        );

        (await world.AwsAsync("logs create-log-group --log-group-name web")).ExitCode.ShouldBe(0);
        (await RunAsync("web", "one")).ExitCode.ShouldBe(0);
        (await MessagesAsync("web", "one")).ShouldContain("nginx version:");

        // The second container finds the stream that the first has made, and goes on after its lines.
        for (var n = 0; n < 2; n++)
            (await RunAsync("made", "two", "--log-opt awslogs-create-group=true")).ExitCode.ShouldBe(0);
        (await MessagesAsync("made", "two")).Split("nginx version:").Length.ShouldBe(3);

        Task<Answer> RunAsync(string group, string stream, string more = "") =>
            world.Commands.RunAsync(
                $"docker --host {engine.Host} run --rm --network none --log-driver awslogs --log-opt "
                    + $"awslogs-endpoint={world.Platform.Endpoint} --log-opt awslogs-region=eu-west-1 "
                    + $"--log-opt awslogs-group={group} --log-opt awslogs-stream={stream} {more} {Nginx.Image} nginx -v"
            );

        async Task<string> MessagesAsync(string group, string stream) =>
            (
                await world.AwsAsync(
                    $"logs get-log-events --log-group-name {group} --log-stream-name {stream} --start-from-head "
                        + "--query 'events[].message'"
                )
            ).Text;
    }
}
