using System.Text.Json.Nodes;
using Estiba.Contracts.AutoScaling;
using static Estiba.AutoScaling.Tests.AutoScalingWorld;

namespace Estiba.AutoScaling.Tests.Notifications;

/// <summary>Topics that are told what becomes of a group's instances.</summary>
public sealed class NotificationTests
{
    private const string Launch = "autoscaling:EC2_INSTANCE_LAUNCH";
    private const string Terminate = "autoscaling:EC2_INSTANCE_TERMINATE";

    [Fact]
    public async Task A_topic_hears_of_what_it_asked_for_once_also_after_a_restart()
    {
        await using var world = await WithGroupAsync(desired: 0);
        await PutAsync(world, Launch);
        EventsOf(world).ShouldBe(["autoscaling:TEST_NOTIFICATION"]);

        await world.WantAsync(1);
        await world.SettleAsync();
        await world.RestartAsync();
        await world.SettleAsync();
        EventsOf(world).ShouldBe(["autoscaling:TEST_NOTIFICATION", Launch]);
        var told = world.Topics.Published[^1];
        told.Subject.ShouldBe("Auto Scaling: launch for group \"web\"");
        var message = JsonNode.Parse(told.Message!)!;
        ((string)message["EC2InstanceId"]!).ShouldBe((await world.InstancesAsync()).Single().InstanceId);
        ((string)message["StatusCode"]!).ShouldBe("Successful");
        ((string)message["Details"]!["Availability Zone"]!).ShouldStartWith("eu-west-1");

        await world.WantAsync(0);
        await world.SettleAsync();
        EventsOf(world).Count.ShouldBe(2, "it did not ask for terminations");
    }

    [Fact]
    public async Task Putting_it_again_asks_for_something_else_and_deleting_it_for_nothing()
    {
        await using var world = await WithGroupAsync(desired: 1);
        await PutAsync(world, Launch);
        await PutAsync(world, Terminate, "autoscaling:TEST_NOTIFICATION");
        (await DescribeAsync(world)).ShouldBe([Terminate, "autoscaling:TEST_NOTIFICATION"], ignoreOrder: true);
        await world.WantAsync(0);
        await world.SettleAsync();
        EventsOf(world)[^1].ShouldBe(Terminate);

        await DeleteAsync(world);
        (await DescribeAsync(world)).ShouldBeEmpty();
        var told = world.Topics.Published.Count;
        await world.WantAsync(1);
        await world.SettleAsync();
        world.Topics.Published.Count.ShouldBe(told);
        (await ErrorOfAsync(() => DeleteAsync(world))).Code.ShouldBe("ValidationError");
    }

    [Fact]
    public async Task What_cannot_be_told_is_refused()
    {
        await using var world = await WithGroupAsync(desired: 0);
        (await ErrorOfAsync(() => PutAsync(world, "autoscaling:NONE"))).ShouldBe(
            ("ValidationError", "\"autoscaling:NONE\" is not a valid Notification Type.")
        );
        foreach (var topic in new[] { "nobody", StandInTopics.Topic + "2" })
        {
            (await ErrorOfAsync(() => PutToAsync(world, topic, Launch))).Code.ShouldBe("ValidationError");
        }
        (await DescribeAsync(world)).ShouldBeEmpty();
    }

    private static Task PutAsync(AutoScalingWorld world, params string[] types) =>
        PutToAsync(world, StandInTopics.Topic, types);

    private static Task PutToAsync(AutoScalingWorld world, string topic, params string[] types) =>
        world.Api.PutNotificationConfigurationAsync(
            new PutNotificationConfigurationType
            {
                AutoScalingGroupName = Web,
                TopicARN = topic,
                NotificationTypes = types,
            },
            Context
        );

    private static Task DeleteAsync(AutoScalingWorld world) =>
        world.Api.DeleteNotificationConfigurationAsync(
            new DeleteNotificationConfigurationType { AutoScalingGroupName = Web, TopicARN = StandInTopics.Topic },
            Context
        );

    private static async Task<IReadOnlyList<string?>> DescribeAsync(AutoScalingWorld world) =>
        [
            .. (
                await world.Api.DescribeNotificationConfigurationsAsync(
                    new DescribeNotificationConfigurationsType { AutoScalingGroupNames = [Web] },
                    Context
                )
            ).NotificationConfigurations!.Select(each => each.NotificationType),
        ];

    private static IReadOnlyList<string> EventsOf(AutoScalingWorld world) =>
        [.. world.Topics.Published.Select(told => (string)JsonNode.Parse(told.Message!)!["Event"]!)];
}
