using System.Text.RegularExpressions;
using Estiba.EndToEnd.Tests.Platforms;

namespace Estiba.EndToEnd.Tests.Faults;

/// <summary>
/// Walks the article's steps, each interrupted by a kill of the platform at another moment, and repeated as a person
/// would.
/// </summary>
public sealed partial class KilledPlatform : IAsyncLifetime
{
    private static readonly TimeSpan[] Moments =
    [
        .. new[] { 350, 500, 650 }.Select(milliseconds => TimeSpan.FromMilliseconds(milliseconds)),
    ];
    private int _kills;

    internal World World { get; private set; } = null!;

    internal Visitor Visitor { get; private set; } = null!;

    internal string ContainerBefore { get; private set; } = "";

    internal string ContainerAfter { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        World = await World.CreateAsync();
        await Nginx.EnsureAsync();
        World.UserData("killed");
        await InterruptedAsync(
            "aws ecr create-repository --repository-name killed",
            "RepositoryAlreadyExistsException"
        );
        await PushAsync();
        await InterruptedAsync("aws ecs create-cluster --cluster-name killed");
        await InterruptedAsync(
            $"aws ec2 run-instances --image-id {World.EcsImage} --instance-type t3.small --count 2 --user-data "
                + "file://user-data.sh --client-token instances"
        );
        await InterruptedAsync("aws logs create-log-group --log-group-name killed", "ResourceAlreadyExistsException");
        await InterruptedAsync(
            "aws ecs register-task-definition --family killed --container-definitions "
                + $"'name=nginx,image={World.AwsRegistry}"
                + "/killed:latest,memory=64,portMappings=[{hostPort=9999,containerPort=80}],"
                + "logConfiguration={logDriver=awslogs,"
                + "options={awslogs-group=killed,awslogs-region=eu-west-1,awslogs-stream-prefix=web}}'"
        );
        await InterruptedAsync(
            "aws ecs create-service --cluster killed --service-name killed --task-definition killed "
                + "--desired-count 1 --client-token service"
        );
        await RunningAsync();
        await VisitedWhileKilledAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (Visitor is not null)
            await Visitor.DisposeAsync();
        if (World is not null)
            await World.DisposeAsync();
    }

    internal async Task<string[]> ContainersAsync() =>
        (await World.DockerAsync("ps -q --no-trunc --filter label=com.amazonaws.ecs.cluster=killed")).Text.Split(
            '\n',
            StringSplitOptions.RemoveEmptyEntries
        );

    internal async Task<List<int>> VisitsInLogAsync()
    {
        var messages = await World.AwsAsync(
            "logs filter-log-events --log-group-name killed --filter-pattern '\"GET /?visit=\"' --query "
                + "'events[].message' --output text"
        );
        return [.. VisitPattern().Matches(messages.Text).Select(match => int.Parse(match.Groups[1].ValueSpan))];
    }

    /// <summary>
    /// Runs a command, kills the platform while it runs, starts the platform, and repeats the command until it is done.
    /// </summary>
    private async Task InterruptedAsync(string line, string? alreadyDone = null)
    {
        var command = World.Commands.RunAsync(line);
        await Task.Delay(Moments[_kills++ % Moments.Length]);
        await RestartAsync();
        if ((await command).ExitCode == 0)
            return;
        var again = await World.Commands.RunAsync(line);
        if (again.ExitCode != 0)
            again.Refusal.ShouldContain(alreadyDone ?? "no failure");
    }

    private async Task PushAsync()
    {
        var image = $"{World.Platform.Registry}/killed:latest";
        await InterruptedAsync(
            $"aws ecr get-login-password | docker login --username AWS --password-stdin {World.Platform.Registry} "
                + $"&& docker tag {Nginx.Image} {image} && docker push {image}"
        );
        (await World.DockerAsync($"rmi {image}")).Text.ShouldNotBeEmpty();
    }

    private async Task RunningAsync() =>
        await Eventually.BeAsync(
            "one running task",
            () =>
                World.AwsAsync(
                    "ecs describe-services --cluster killed --services killed --query 'services[0].runningCount'"
                ),
            answer => answer.Text == "1",
            TimeSpan.FromSeconds(180)
        );

    private async Task VisitedWhileKilledAsync()
    {
        ContainerBefore = (await ContainersAsync()).Single();
        var host = (await World.AwsAsync("ecs list-tasks --cluster killed --query 'taskArns[0]' --output text")).Text;
        var instance = (
            await World.AwsAsync(
                $"ecs describe-tasks --cluster killed --tasks {host} --query 'tasks[0].containerInstanceArn' "
                    + "--output text"
            )
        ).Text;
        Visitor = Visitor.Begin(new Uri($"http://{await World.AddressOfAsync("killed", instance)}:9999"));
        for (var kill = 0; kill < 3; kill++)
        {
            await Visitor.VisitedAsync(8);
            await RestartAsync();
        }

        await Visitor.VisitedAsync(8);
        await Visitor.EndAsync();
        await RunningAsync();
        ContainerAfter = (await ContainersAsync()).Single();
    }

    private async Task RestartAsync()
    {
        await World.Platform.KillAsync();
        await World.Platform.StartAsync();
    }

    [GeneratedRegex(@"visit=(\d+) ", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex VisitPattern();
}
