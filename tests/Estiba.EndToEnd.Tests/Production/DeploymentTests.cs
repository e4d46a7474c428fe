using Estiba.EndToEnd.Tests.Platforms;
using Estiba.EndToEnd.Tests.TheArticle;

namespace Estiba.EndToEnd.Tests.Production;

/// <summary>
/// What the article's second chapter asks for, with the stock command line: deployments that can be taken back,
/// daemons, task sets, protection.
/// </summary>
public sealed class DeploymentTests(ServiceLifeWorld life) : IClassFixture<ServiceLifeWorld>
{
    private const string Cluster = ServiceLifeWorld.Cluster;

    private World World => life.World;

    [Fact]
    public async Task A_deployment_that_cannot_start_is_rolled_back_and_the_old_tasks_are_left_alone()
    {
        await life.RegisterAsync("taken-back", hostPort: null);
        (
            await World.AwsAsync(
                $"ecs create-service --cluster {Cluster} --service-name taken-back --task-definition taken-back "
                    + "--desired-count 1 "
                    + "--deployment-configuration 'deploymentCircuitBreaker={enable=true,rollback=true}'"
            )
        ).Text.ShouldNotBeEmpty();
        await life.StableAsync("taken-back");
        var before = (string?)(await life.TasksOfAsync("taken-back")).Single()["taskArn"];

        var bad = $"name=nginx,image={World.AwsRegistry}/{ServiceLifeWorld.Repository}:missing,memory=64,cpu=64";
        (
            await World.AwsAsync($"ecs register-task-definition --family taken-back --container-definitions '{bad}'")
        ).Text.ShouldNotBeEmpty();
        (
            await World.AwsAsync(
                $"ecs update-service --cluster {Cluster} --service taken-back --task-definition taken-back:2"
            )
        ).Text.ShouldNotBeEmpty();

        var deployment = await Eventually.BeAsync(
            "the rollback",
            () =>
                World.AwsAsync(
                    $"ecs list-service-deployments --cluster {Cluster} --service taken-back --query "
                        + "'serviceDeployments[0].[status,statusReason]' --output text"
                ),
            answer => answer.Text.StartsWith("ROLLBACK_SUCCESSFUL", StringComparison.Ordinal),
            TimeSpan.FromSeconds(180)
        );
        deployment.Text.ShouldContain("the circuit breaker threshold was exceeded");
        (await World.AwsAsync($"ecs wait services-stable --cluster {Cluster} --services taken-back")).ExitCode.ShouldBe(
            0
        );
        (
            await World.AwsAsync(
                $"ecs describe-services --cluster {Cluster} --services taken-back --query "
                    + "'services[0].taskDefinition' --output text"
            )
        ).Text.ShouldEndWith("taken-back:1");
        (await life.EventsAsync("taken-back")).ShouldContain(message =>
            message.Contains("deployment failed: tasks failed to start.", StringComparison.Ordinal)
        );
        (await life.TasksOfAsync("taken-back")).Select(task => (string?)task["taskArn"]).ShouldBe([before]);
        await life.DeleteServiceAsync("taken-back");
    }

    [Fact]
    public async Task A_deployment_whose_container_runs_for_a_moment_is_rolled_back_and_the_old_task_is_left_alone()
    {
        await life.RegisterAsync("momentary", hostPort: null);
        (
            await World.AwsAsync(
                $"ecs create-service --cluster {Cluster} --service-name momentary --task-definition momentary "
                    + "--desired-count 1 "
                    + "--deployment-configuration 'deploymentCircuitBreaker={enable=true,rollback=true}'"
            )
        ).Text.ShouldNotBeEmpty();
        await life.StableAsync("momentary");
        var before = (string?)(await life.TasksOfAsync("momentary")).Single()["taskArn"];

        // nginx tests its configuration, and ends well.
        var bad =
            $"name=nginx,image={World.AwsRegistry}/{ServiceLifeWorld.Repository}"
            + ":latest,memory=64,cpu=64,command=[nginx,-t]";
        (
            await World.AwsAsync($"ecs register-task-definition --family momentary --container-definitions '{bad}'")
        ).Text.ShouldNotBeEmpty();
        (
            await World.AwsAsync(
                $"ecs update-service --cluster {Cluster} --service momentary --task-definition momentary:2"
            )
        ).Text.ShouldNotBeEmpty();

        await Eventually.BeAsync(
            "the rollback",
            () =>
                World.AwsAsync(
                    $"ecs list-service-deployments --cluster {Cluster} --service momentary --query "
                        + "'serviceDeployments[0].status' --output text"
                ),
            answer => answer.Text == "ROLLBACK_SUCCESSFUL",
            TimeSpan.FromSeconds(180)
        );
        (await life.TasksOfAsync("momentary")).Select(task => (string?)task["taskArn"]).ShouldBe([before]);
        await Eventually.BeAsync(
            "a steady state before and after",
            async () =>
                (await life.EventsAsync("momentary")).Count(message =>
                    message.EndsWith("has reached a steady state.", StringComparison.Ordinal)
                ),
            count => count == 2
        );
        await life.DeleteServiceAsync("momentary");
    }

    [Fact]
    public async Task Somebody_rolls_a_deployment_back_by_hand()
    {
        await life.RegisterAsync("by-hand", hostPort: null);
        await life.CreateServiceAsync("by-hand", desired: 1);
        (
            await World.AwsAsync(
                "ecs register-task-definition --family by-hand --container-definitions "
                    + "'name=nginx,image=none:none,memory=64000,cpu=64'"
            )
        ).Text.ShouldNotBeEmpty();
        (
            await World.AwsAsync(
                $"ecs update-service --cluster {Cluster} --service by-hand --task-definition by-hand:2"
            )
        ).Text.ShouldNotBeEmpty();

        var arn = (
            await World.AwsAsync(
                $"ecs describe-services --cluster {Cluster} --services by-hand --query "
                    + "'services[0].currentServiceDeployment' --output text"
            )
        ).Text;
        (
            await World.AwsAsync($"ecs stop-service-deployment --service-deployment-arn {arn} --stop-type ROLLBACK")
        ).Text.ShouldContain(arn);

        await Eventually.BeAsync(
            "the rollback",
            () =>
                World.AwsAsync(
                    $"ecs describe-service-deployments --service-deployment-arns {arn} --query "
                        + "'serviceDeployments[0].status' --output text"
                ),
            answer => answer.Text == "ROLLBACK_SUCCESSFUL"
        );
        await life.StableAsync("by-hand");
        await life.DeleteServiceAsync("by-hand");
    }

    [Fact]
    public async Task A_daemon_runs_on_every_instance()
    {
        await life.RegisterAsync("daemon", hostPort: 9997);
        (
            await World.AwsAsync(
                $"ecs create-service --cluster {Cluster} --service-name daemon --task-definition daemon "
                    + "--scheduling-strategy DAEMON"
            )
        ).Text.ShouldNotBeEmpty();

        await Eventually.BeAsync(
            "two tasks",
            () =>
                World.AwsAsync(
                    $"ecs describe-services --cluster {Cluster} --services daemon --query "
                        + "'services[0].[desiredCount,runningCount]' --output text"
                ),
            answer => answer.Text == "2\t2"
        );
        (await life.TasksOfAsync("daemon"))
            .Select(task => (string?)task["containerInstanceArn"])
            .Distinct()
            .Count()
            .ShouldBe(2);
        await life.DeleteServiceAsync("daemon");
    }

    [Fact]
    public async Task Task_sets_are_deployed_by_somebody_else()
    {
        await life.RegisterAsync("sets", hostPort: null);
        (
            await World.AwsAsync(
                $"ecs create-service --cluster {Cluster} --service-name sets --desired-count 1 "
                    + "--deployment-controller type=EXTERNAL"
            )
        ).Text.ShouldNotBeEmpty();
        var set = (
            await World.AwsAsync(
                $"ecs create-task-set --cluster {Cluster} --service sets --task-definition sets --launch-type EC2 "
                    + "--scale value=100,unit=PERCENT --query taskSet.id --output text"
            )
        ).Text;

        await Eventually.BeAsync(
            "a steady task set",
            () =>
                World.AwsAsync(
                    $"ecs describe-task-sets --cluster {Cluster} --service sets --task-sets {set} --query "
                        + "'taskSets[0].[stabilityStatus,runningCount]' --output text"
                ),
            answer => answer.Text == "STEADY_STATE\t1"
        );
        (
            await World.AwsAsync(
                $"ecs update-service-primary-task-set --cluster {Cluster} --service sets --primary-task-set {set} "
                    + "--query taskSet.status --output text"
            )
        ).Text.ShouldBe("PRIMARY");
        await life.DeleteServiceAsync("sets");
    }

    [Fact]
    public async Task A_protected_task_stays_when_the_service_is_scaled_in()
    {
        await life.RegisterAsync("protected", hostPort: null);
        await life.CreateServiceAsync("protected", desired: 1);
        var task = (string)(await life.TasksOfAsync("protected")).Single()["taskArn"]!;
        (
            await World.AwsAsync(
                $"ecs update-task-protection --cluster {Cluster} --tasks {task} --protection-enabled --query "
                    + "'protectedTasks[0].protectionEnabled'"
            )
        ).Text.ShouldBe("true");

        (
            await World.AwsAsync($"ecs update-service --cluster {Cluster} --service protected --desired-count 0")
        ).Text.ShouldNotBeEmpty();
        (
            await World.AwsAsync(
                $"ecs describe-tasks --cluster {Cluster} --tasks {task} --query 'tasks[0].desiredStatus' --output text"
            )
        ).Text.ShouldBe("RUNNING");
        (
            await World.AwsAsync(
                $"ecs update-task-protection --cluster {Cluster} --tasks {task} --no-protection-enabled"
            )
        ).Text.ShouldNotBeEmpty();
        (await World.AwsAsync($"ecs wait tasks-stopped --cluster {Cluster} --tasks {task}")).ExitCode.ShouldBe(0);
        await life.DeleteServiceAsync("protected");
    }
}
