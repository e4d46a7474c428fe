using Estiba.EndToEnd.Tests.Platforms;

namespace Estiba.EndToEnd.Tests.Faults;

/// <summary>
/// The platform is killed with -9 during each step of the article, and started again: it goes on, and nothing is
/// doubled.
/// </summary>
public sealed class KilledPlatformTests(KilledPlatform killed) : IClassFixture<KilledPlatform>
{
    private World World => killed.World;

    [Fact]
    public async Task There_is_one_repository_with_one_image()
    {
        var images = (
            await World.AwsAsync("ecr describe-images --repository-name killed --query 'length(imageDetails)'")
        ).Text;
        images.ShouldBe("1");
    }

    [Fact]
    public async Task The_instances_that_were_asked_for_with_a_token_are_not_started_twice() =>
        (await World.AwsAsync("ec2 describe-instances --query 'length(Reservations[].Instances[])'")).Text.ShouldBe(
            "2"
        );

    [Fact]
    public async Task Each_instance_is_one_container_instance() =>
        await Eventually.BeAsync(
            "two container instances",
            () =>
                World.AwsAsync("ecs list-container-instances --cluster killed --query 'length(containerInstanceArns)'"),
            answer => answer.Text == "2"
        );

    [Fact]
    public async Task The_service_has_the_one_task_that_it_wants() =>
        (
            await World.AwsAsync("ecs list-tasks --cluster killed --service-name killed --query 'length(taskArns)'")
        ).Text.ShouldBe("1");

    [Fact]
    public async Task The_engine_runs_one_container_for_it() => (await killed.ContainersAsync()).Length.ShouldBe(1);

    [Fact]
    public void The_container_is_the_same_through_all_later_kills() =>
        killed.ContainerAfter.ShouldBe(killed.ContainerBefore);

    [Fact]
    public void Nginx_never_stopped_answering()
    {
        killed.Visitor.Failures.ShouldBeEmpty();
        killed.Visitor.Visits.ShouldBeGreaterThan(20);
    }

    [Fact]
    public async Task Every_visit_is_in_the_log_once()
    {
        var expected = Enumerable.Range(1, killed.Visitor.Visits).ToList();
        var seen = await Eventually.BeAsync(
            "all visits in the log",
            killed.VisitsInLogAsync,
            visits => visits.Distinct().Count() == expected.Count,
            TimeSpan.FromSeconds(120),
            visits => $"{visits.Count} lines"
        );
        seen.Order().ShouldBe(expected);
    }
}
