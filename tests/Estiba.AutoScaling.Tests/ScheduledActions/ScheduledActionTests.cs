using Estiba.Contracts.AutoScaling;
using static Estiba.AutoScaling.Tests.AutoScalingWorld;

namespace Estiba.AutoScaling.Tests.ScheduledActions;

/// <summary>Scheduled actions.</summary>
public sealed class ScheduledActionTests
{
    [Fact]
    public async Task An_action_runs_when_it_is_time_and_is_gone_then()
    {
        await using var world = await WithGroupAsync(desired: 1);
        await PutAsync(
            world,
            new PutScheduledUpdateGroupActionType
            {
                ScheduledActionName = "evening",
                StartTime = world.Time.GetUtcNow().AddHours(2),
                MinSize = 2,
                MaxSize = 5,
                DesiredCapacity = 3,
            }
        );
        await world.PassAsync(TimeSpan.FromMinutes(119));
        (await world.GroupAsync()).DesiredCapacity.ShouldBe(1);

        await world.RestartAsync();
        await world.PassAsync(TimeSpan.FromMinutes(1));
        await world.SettleAsync();

        var group = await world.GroupAsync();
        (group.MinSize, group.MaxSize, group.DesiredCapacity).ShouldBe((2, 5, 3));
        group.Instances!.Count.ShouldBe(3);
        (await world.ActivitiesAsync())[0]
            .Cause!.ShouldContain(
                "a scheduled action update of AutoScalingGroup constraints to min: 2, max: 5, desired: 3 changing "
                    + "the desired capacity from 1 to 3."
            );
        (await ActionsAsync(world)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_recurring_action_runs_in_its_time_zone()
    {
        await using var world = await WithGroupAsync(desired: 0);
        await PutAsync(
            world,
            new PutScheduledUpdateGroupActionType
            {
                ScheduledActionName = "morning",
                Recurrence = "0 9 * * *",
                TimeZone = "Europe/Madrid",
                DesiredCapacity = 1,
            }
        );

        // 09:00 in Madrid is 07:00 UTC in summer: the next day, as it is 07:08 now.
        (await ActionsAsync(world))
            .ShouldHaveSingleItem()
            .StartTime.ShouldBe(new DateTimeOffset(2026, 5, 7, 7, 0, 0, TimeSpan.Zero));
        await world.PassAsync(TimeSpan.FromDays(1));
        (await world.GroupAsync()).DesiredCapacity.ShouldBe(1);
        (await ActionsAsync(world))
            .ShouldHaveSingleItem()
            .StartTime.ShouldBe(new DateTimeOffset(2026, 5, 8, 7, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public async Task A_bad_action_of_a_batch_is_told_and_the_others_are_put()
    {
        await using var world = await WithGroupAsync(desired: 0);

        var answer = await world.Api.BatchPutScheduledUpdateGroupActionAsync(
            new BatchPutScheduledUpdateGroupActionType
            {
                AutoScalingGroupName = Web,
                ScheduledUpdateGroupActions =
                [
                    new ScheduledUpdateGroupActionRequest
                    {
                        ScheduledActionName = "good",
                        Recurrence = "*/5 * * * *",
                        MaxSize = 3,
                    },
                    new ScheduledUpdateGroupActionRequest
                    {
                        ScheduledActionName = "bad",
                        Recurrence = "often",
                        MaxSize = 3,
                    },
                ],
            },
            Context
        );

        var failed = answer.FailedScheduledUpdateGroupActions.ShouldHaveSingleItem();
        (failed.ScheduledActionName, failed.ErrorCode, failed.ErrorMessage).ShouldBe(
            ("bad", "ValidationError", "Given recurrence string: often is invalid")
        );
        (await ActionsAsync(world)).ShouldHaveSingleItem().ScheduledActionName.ShouldBe("good");
    }

    private static Task PutAsync(AutoScalingWorld world, PutScheduledUpdateGroupActionType request) =>
        world.Api.PutScheduledUpdateGroupActionAsync(request with { AutoScalingGroupName = Web }, Context);

    private static async Task<IReadOnlyList<ScheduledUpdateGroupAction>> ActionsAsync(AutoScalingWorld world) =>
        (
            await world.Api.DescribeScheduledActionsAsync(new DescribeScheduledActionsType(), Context)
        ).ScheduledUpdateGroupActions!;
}
