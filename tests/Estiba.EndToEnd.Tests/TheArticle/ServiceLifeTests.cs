using System.Text.Json.Nodes;
using Estiba.EndToEnd.Tests.Platforms;

namespace Estiba.EndToEnd.Tests.TheArticle;

/// <summary>
/// What becomes of the article's service: ports, scaling, updates, and its end, in order and out of order.
/// </summary>
public sealed class ServiceLifeTests(ServiceLifeWorld life) : IClassFixture<ServiceLifeWorld>
{
    private World World => life.World;

    [Fact]
    public async Task Without_a_host_port_one_is_chosen_from_the_ephemeral_range_and_reported()
    {
        await life.RegisterAsync("dynamic", hostPort: null);
        var task = await life.RunTaskAsync("dynamic");
        var port = (int)task["containers"]![0]!["networkBindings"]![0]!["hostPort"]!;
        port.ShouldBeInRange(32768, 65535);
        (await life.GetPageAsync(task, port)).Text.ShouldContain("Welcome to nginx!");
        await life.StopAsync(task);
    }

    [Fact]
    public async Task Two_tasks_with_a_fixed_port_land_on_two_instances_and_a_third_waits_with_ECSs_reason()
    {
        await life.RegisterAsync("fixed", hostPort: 9998);
        await life.CreateServiceAsync("fixed", desired: 2);
        var hosts = (await life.TasksOfAsync("fixed")).Select(task => (string?)task["containerInstanceArn"]).ToList();
        hosts.Distinct().Count().ShouldBe(2);

        await World.AwsAsync(
            $"ecs update-service --cluster {ServiceLifeWorld.Cluster} --service fixed --desired-count 3"
        );
        var events = await Eventually.BeAsync(
            "an event about the third task",
            () => life.EventsAsync("fixed"),
            messages => messages.Any(message => message.Contains("unable to place", StringComparison.Ordinal))
        );
        events.ShouldContain(message =>
            message.StartsWith(
                "(service fixed) was unable to place a task because no container instance met all of its "
                    + "requirements. The closest matching (container-instance ",
                StringComparison.Ordinal
            ) && message.Contains(") is already using a port required by your task.", StringComparison.Ordinal)
        );
        await life.DeleteServiceAsync("fixed");
    }

    [Fact]
    public async Task A_service_scales_to_two_and_to_none()
    {
        await life.RegisterAsync("scaled", hostPort: null);
        await life.CreateServiceAsync("scaled", desired: 1);
        await life.ScaleAsync("scaled", 2);
        (await life.TasksOfAsync("scaled")).Count.ShouldBe(2);
        await life.ScaleAsync("scaled", 0);
        (await life.TasksOfAsync("scaled")).ShouldBeEmpty();
        await life.DeleteServiceAsync("scaled");
    }

    [Fact]
    public async Task An_update_to_a_new_revision_replaces_the_task()
    {
        await life.RegisterAsync("updated", hostPort: null);
        await life.CreateServiceAsync("updated", desired: 1);
        var before = (string?)(await life.TasksOfAsync("updated")).Single()["taskDefinitionArn"];

        await life.RegisterAsync("updated", hostPort: null);
        (
            await World.AwsAsync(
                $"ecs update-service --cluster {ServiceLifeWorld.Cluster} --service updated --task-definition updated"
            )
        ).Text.ShouldNotBeEmpty();
        await life.StableAsync("updated");
        var after = (string?)(await life.TasksOfAsync("updated")).Single()["taskDefinitionArn"];
        before.ShouldEndWith(":1");
        after.ShouldEndWith(":2");
        await life.DeleteServiceAsync("updated");
    }

    [Fact]
    public async Task A_task_that_is_killed_is_replaced()
    {
        await life.RegisterAsync("replaced", hostPort: null);
        await life.CreateServiceAsync("replaced", desired: 1);
        var first = (await life.TasksOfAsync("replaced")).Single();
        (await World.DockerAsync($"kill {(string)first["containers"]![0]!["runtimeId"]!}")).Text.ShouldNotBeEmpty();
        var second = await Eventually.BeAsync(
            "another task",
            () => life.TasksOfAsync("replaced"),
            tasks =>
                tasks.Any(task =>
                    (string?)task["taskArn"] != (string?)first["taskArn"] && (string?)task["lastStatus"] == "RUNNING"
                )
        );
        second.Count.ShouldBe(1);
        await life.DeleteServiceAsync("replaced");
    }

    [Fact]
    public async Task What_is_still_in_use_is_not_deleted_and_ECSs_own_errors_say_so()
    {
        await life.RegisterAsync("used", hostPort: null);
        await life.CreateServiceAsync("used", desired: 1);

        (
            await World.AwsAsync($"ecs delete-service --cluster {ServiceLifeWorld.Cluster} --service used")
        ).Refusal.ShouldContain(
            "(InvalidParameterException) when calling the DeleteService operation: The service cannot be stopped "
                + "while it is scaled above 0."
        );
        (await World.AwsAsync($"ecs delete-cluster --cluster {ServiceLifeWorld.Cluster}")).Refusal.ShouldContain(
            "when calling the DeleteCluster operation: The Cluster cannot be deleted while"
        );
        (
            await World.AwsAsync($"ecr delete-repository --repository-name {ServiceLifeWorld.Repository}")
        ).Refusal.ShouldContain(
            "(RepositoryNotEmptyException) when calling the DeleteRepository operation: The repository with name "
                + $"'{ServiceLifeWorld.Repository}' in registry with id '{World.Account}' cannot be deleted because "
                + "it still contains images"
        );

        var (host, definition) = (
            (string)(await life.TasksOfAsync("used")).Single()["containerInstanceArn"]!,
            "used:1"
        );
        (
            await World.AwsAsync(
                $"ecs deregister-container-instance --cluster {ServiceLifeWorld.Cluster} --container-instance {host}"
            )
        ).Refusal.ShouldContain(
            "(InvalidParameterException) when calling the DeregisterContainerInstance operation: Found running "
                + "tasks on the instance."
        );

        // A definition may be deregistered while it is used; what runs goes on.
        (
            await World.AwsAsync(
                $"ecs deregister-task-definition --task-definition {definition} --query taskDefinition.status "
                    + "--output text"
            )
        ).Text.ShouldBe("INACTIVE");
        (await life.TasksOfAsync("used")).Count.ShouldBe(1);
        await life.DeleteServiceAsync("used");
    }
}
