using System.Text.Json.Nodes;
using Estiba.EndToEnd.Tests.Platforms;

namespace Estiba.EndToEnd.Tests.TheArticle;

/// <summary>A cluster of two instances with nginx in its repository, for services that come and go.</summary>
public sealed class ServiceLifeWorld : IAsyncLifetime
{
    internal const string Repository = "nginx";

    internal World World { get; private set; } = null!;

    internal const string Cluster = "life";

    public async ValueTask InitializeAsync()
    {
        World = await World.CreateAsync();
        await World.PushNginxAsync(Repository);
        (await World.AwsAsync($"ecs create-cluster --cluster-name {Cluster}")).Text.ShouldNotBeEmpty();
        await World.RunInstancesAsync(Cluster, 2);
    }

    public ValueTask DisposeAsync() => World is null ? ValueTask.CompletedTask : World.DisposeAsync();

    internal async Task RegisterAsync(string family, int? hostPort)
    {
        var ports = hostPort is { } port ? $"hostPort={port},containerPort=80" : "containerPort=80";
        (
            await World.AwsAsync(
                $"ecs register-task-definition --family {family} --container-definitions "
                    + $"'name=nginx,image={World.AwsRegistry}/{Repository}"
                    + $":latest,memory=64,cpu=64,portMappings=[{{{ports}}}]'"
            )
        ).Text.ShouldNotBeEmpty();
    }

    internal async Task<JsonNode> RunTaskAsync(string family)
    {
        var task = (
            await World.AwsAsync(
                $"ecs run-task --cluster {Cluster} --task-definition {family} --query 'tasks[0].taskArn' --output text"
            )
        ).Text;
        return await Eventually.BeAsync(
            "a running task",
            () => DescribeAsync(task),
            found => (string?)found["lastStatus"] == "RUNNING"
        );
    }

    internal async Task StopAsync(JsonNode task) =>
        (await World.AwsAsync($"ecs stop-task --cluster {Cluster} --task {task["taskArn"]}")).Text.ShouldNotBeEmpty();

    internal async Task<JsonNode> DescribeAsync(string task) =>
        (await World.AwsAsync($"ecs describe-tasks --cluster {Cluster} --tasks {task}")).Json["tasks"]![0]!;

    internal async Task<Answer> GetPageAsync(JsonNode task, int port)
    {
        var address = await World.AddressOfAsync(Cluster, (string)task["containerInstanceArn"]!);
        return await World.PageAsync($"http://{address}:{port}");
    }

    internal async Task CreateServiceAsync(string family, int desired)
    {
        (
            await World.AwsAsync(
                $"ecs create-service --cluster {Cluster} --service-name {family} --task-definition {family} "
                    + $"--desired-count {desired}"
            )
        ).Text.ShouldNotBeEmpty();
        await StableAsync(family);
    }

    internal async Task ScaleAsync(string service, int desired)
    {
        (
            await World.AwsAsync(
                $"ecs update-service --cluster {Cluster} --service {service} --desired-count {desired}"
            )
        ).Text.ShouldNotBeEmpty();
        await StableAsync(service);
    }

    /// <summary>
    /// As <c>aws ecs wait services-stable</c>, which looks only every 15 seconds, and until the deployment is
    /// completed.
    /// </summary>
    internal Task StableAsync(string service) =>
        Eventually.TrueAsync(
            $"service {service} is stable",
            async () =>
            {
                var found = (
                    await World.AwsAsync($"ecs describe-services --cluster {Cluster} --services {service}")
                ).Json["services"]![0]!;
                return found["deployments"]!.AsArray() is [var only]
                    && (string?)only!["rolloutState"] == "COMPLETED"
                    && (int)found["runningCount"]! == (int)found["desiredCount"]!;
            },
            TimeSpan.FromSeconds(180)
        );

    internal async Task<List<string>> EventsAsync(string service) =>
        [
            .. (
                await World.AwsAsync(
                    $"ecs describe-services --cluster {Cluster} --services {service} --query "
                        + "'services[0].events[].message'"
                )
            )
                .Json.AsArray()
                .Select(message => (string)message!),
        ];

    internal async Task<List<JsonNode>> TasksOfAsync(string service)
    {
        var arns = (
            await World.AwsAsync(
                $"ecs list-tasks --cluster {Cluster} --service-name {service} --query 'taskArns[]' --output text"
            )
        ).Text;
        if (arns.Length == 0)
            return [];
        return
        [
            .. (
                await World.AwsAsync($"ecs describe-tasks --cluster {Cluster} --tasks {arns.ReplaceLineEndings(" ")}")
            ).Json["tasks"]!
                .AsArray()
                .Select(task => task!),
        ];
    }

    internal async Task DeleteServiceAsync(string service)
    {
        (
            await World.AwsAsync($"ecs delete-service --cluster {Cluster} --service {service} --force")
        ).Text.ShouldNotBeEmpty();
        await Eventually.TrueAsync($"no task of {service} is left", async () =>
            (
                await World.DockerAsync(
                    $"ps -q --filter label=com.amazonaws.ecs.task-definition-family={service} --filter "
                        + $"label=com.amazonaws.ecs.cluster={Cluster}"
                )
            )
                .Text
                .Length == 0
        );
    }
}
