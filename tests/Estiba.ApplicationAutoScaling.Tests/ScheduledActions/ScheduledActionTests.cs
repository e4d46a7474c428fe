using Estiba.Contracts.ApplicationAutoScaling;

namespace Estiba.ApplicationAutoScaling.Tests.ScheduledActions;

public sealed class ScheduledActionTests
{
    [Fact]
    public async Task At_its_time_an_action_sets_the_bounds_and_the_service_follows()
    {
        var (world, service) = await ScalingWorld.WithTargetAsync(desired: 2);
        await using var _1 = world;
        await world.ScheduleAsync("morning", "cron(0 8 ? * MON-FRI *)", 5, 10);

        await world.PassAsync(TimeSpan.FromMinutes(51));
        service.Desired.ShouldBe(2);
        await world.PassAsync(TimeSpan.FromMinutes(1));

        service.Desired.ShouldBe(5);
        (await world.TargetAsync()).MinCapacity.ShouldBe(5);
        var activities = await world.ActivitiesAsync();
        activities
            .Select(activity => (activity.Description, activity.Cause, activity.StatusCode, activity.StatusMessage))
            .ShouldBe(
                [
                    (
                        "Setting min capacity to 5 and max capacity to 10",
                        "scheduled action name morning was triggered",
                        "Successful",
                        "Successfully set min capacity to 5 and max capacity to 10"
                    ),
                    (
                        "Setting desired count to 5.",
                        "minimum capacity was set to 5",
                        "Successful",
                        "Successfully set desired count to 5. Change successfully fulfilled by ecs."
                    ),
                ],
                ignoreOrder: true
            );
    }

    [Fact]
    public async Task It_runs_again_and_again_until_its_end()
    {
        var (world, _) = await ScalingWorld.WithTargetAsync();
        await using var _1 = world;
        await world.ScheduleAsync("often", "rate(10 minutes)", 2, null, request =>
            request with
            {
                EndTime = world.Time.GetUtcNow().AddMinutes(25),
            }
        );

        for (var i = 0; i < 60; i++)
            await world.PassAsync(TimeSpan.FromMinutes(1));

        (await world.ActivitiesAsync()).Count(activity => activity.Cause!.Contains("often")).ShouldBe(2);
    }

    [Fact]
    public async Task An_action_that_recurs_runs_at_its_start_too()
    {
        var (world, _) = await ScalingWorld.WithTargetAsync();
        await using var _1 = world;
        await world.ScheduleAsync("nightly", "cron(0 22 * * ? *)", 1, 5, request =>
            request with
            {
                StartTime = world.Time.GetUtcNow().AddMinutes(3),
            }
        );

        await world.PassAsync(TimeSpan.FromMinutes(2));
        (await world.TargetAsync()).MaxCapacity.ShouldBe(10);
        await world.PassAsync(TimeSpan.FromMinutes(1));

        (await world.TargetAsync()).MaxCapacity.ShouldBe(5);
    }

    [Fact]
    public async Task What_the_platform_was_off_for_runs_once_when_it_is_back()
    {
        var (world, service) = await ScalingWorld.WithTargetAsync(desired: 8);
        await using var _1 = world;
        await world.ScheduleAsync("less", "at(2026-05-06T08:00:00)", null, 3);
        world.Time.Advance(TimeSpan.FromHours(5));

        await world.RestartAsync();
        await world.Scheduler.RunAsync();
        await world.PassAsync(TimeSpan.FromHours(1));

        service.Desired.ShouldBe(3);
        (await world.ActivitiesAsync())
            .Where(activity => activity.Description!.StartsWith("Setting max", StringComparison.Ordinal))
            .ShouldHaveSingleItem()
            .Description.ShouldBe("Setting max capacity to 3");
        (await world.ActivitiesAsync()).ShouldContain(activity => activity.Cause == "maximum capacity was set to 3");
    }

    [Fact]
    public async Task What_passes_while_it_is_suspended_is_not_made_up_for()
    {
        var (world, service) = await ScalingWorld.WithTargetAsync(desired: 2);
        await using var _1 = world;
        await world.ScheduleAsync("morning", "at(2026-05-06T08:00:00)", 5, 10);
        await world.RegisterAsync(null, null, new SuspendedState { ScheduledScalingSuspended = true });

        await world.PassAsync(TimeSpan.FromHours(1));
        await world.RegisterAsync(null, null, new SuspendedState { ScheduledScalingSuspended = false });
        await world.PassAsync(TimeSpan.FromHours(1));

        service.Desired.ShouldBe(2);
        (await world.ActivitiesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Bounds_that_cross_are_not_set()
    {
        var (world, service) = await ScalingWorld.WithTargetAsync(desired: 2, max: 4);
        await using var _1 = world;
        await world.ScheduleAsync("more", "at(2026-05-06T08:00:00)", 5, null);

        await world.PassAsync(TimeSpan.FromHours(1));

        service.Desired.ShouldBe(2);
        var activity = (await world.ActivitiesAsync()).ShouldHaveSingleItem();
        (activity.StatusCode, activity.StatusMessage).ShouldBe(
            (
                "Failed",
                "Failed to set min capacity to 5. Reason: Minimum capacity cannot be greater than maximum capacity"
            )
        );
    }

    [Fact]
    public async Task A_change_keeps_what_it_does_not_say_but_for_start_and_end()
    {
        var (world, _) = await ScalingWorld.WithTargetAsync();
        await using var _1 = world;
        await world.ScheduleAsync("night", "cron(0 22 * * ? *)", 1, 2, request =>
            request with
            {
                Timezone = "Europe/Madrid",
                EndTime = world.Time.GetUtcNow().AddYears(1),
            }
        );

        await world.Api.PutScheduledActionAsync(
            new PutScheduledActionRequest
            {
                ServiceNamespace = "ecs",
                ResourceId = ScalingWorld.Web,
                ScalableDimension = "ecs:service:DesiredCount",
                ScheduledActionName = "night",
                ScalableTargetAction = new ScalableTargetAction { MaxCapacity = 3 },
            },
            ScalingWorld.Context
        );

        var action = (
            await world.Api.DescribeScheduledActionsAsync(
                new DescribeScheduledActionsRequest { ServiceNamespace = "ecs", ScheduledActionNames = ["night"] },
                ScalingWorld.Context
            )
        ).ScheduledActions.ShouldHaveSingleItem();
        (action.Schedule, action.Timezone, action.EndTime).ShouldBe(("cron(0 22 * * ? *)", "Europe/Madrid", null));
        action.ScalableTargetAction.ShouldBe(new ScalableTargetAction { MaxCapacity = 3 });
        action.ScheduledActionARN!.ShouldMatch(
            "^arn:aws:autoscaling:eu-west-1:111122223333:scheduledAction:[0-9a-f-]{36}:resource/ecs/service/shop/web:"
                + "scheduledActionName/night$"
        );
    }

    [Fact]
    public async Task What_is_no_action_is_refused()
    {
        var (world, _) = await ScalingWorld.WithTargetAsync();
        await using var _1 = world;
        async Task<string> RefusedAsync(string schedule, int? min, int? max, string? timezone = null)
        {
            var error = await ScalingWorld.ErrorOfAsync(() =>
                world.ScheduleAsync("a", schedule, min, max, request => request with { Timezone = timezone })
            );
            error.Code.ShouldBe("ValidationException");
            return error.Message;
        }

        (await RefusedAsync("daily", 1, 2)).ShouldStartWith("Invalid schedule expression daily");
        (await RefusedAsync("rate(1 hour)", null, null)).ShouldBe(
            "At least one of minimum capacity and maximum capacity should be provided"
        );
        (await RefusedAsync("rate(1 hour)", 3, 2)).ShouldBe("Minimum capacity cannot be greater than maximum capacity");
        (await RefusedAsync("rate(1 hour)", 1, 2, "Mars/Olympus")).ShouldBe("Timezone Mars/Olympus is not supported");
    }

    [Fact]
    public async Task A_deleted_action_does_not_run()
    {
        var (world, service) = await ScalingWorld.WithTargetAsync(desired: 2);
        await using var _1 = world;
        await world.ScheduleAsync("morning", "at(2026-05-06T08:00:00)", 5, 10);
        Task DeleteAsync() =>
            world.Api.DeleteScheduledActionAsync(
                new DeleteScheduledActionRequest
                {
                    ServiceNamespace = "ecs",
                    ResourceId = ScalingWorld.Web,
                    ScalableDimension = "ecs:service:DesiredCount",
                    ScheduledActionName = "morning",
                },
                ScalingWorld.Context
            );

        await DeleteAsync();
        await world.PassAsync(TimeSpan.FromHours(1));

        service.Desired.ShouldBe(2);
        (await ScalingWorld.ErrorOfAsync(DeleteAsync)).ShouldBe(
            (
                "ObjectNotFoundException",
                "No scheduled action found for service namespace: ecs, resource ID: service/shop/web, scalable "
                    + "dimension: ecs:service:DesiredCount, scheduled action name: morning"
            )
        );
    }
}
