using Estiba.Contracts.Sns;
using static Estiba.Messaging.Tests.MessagingWorld;

namespace Estiba.Messaging.Tests.Subscriptions;

public sealed class SubscriptionTests
{
    [Fact]
    public async Task A_queue_is_subscribed_at_once()
    {
        await using var world = await CreateAsync();
        var topic = await world.CreateTopicAsync();

        var arn = await world.SubscribeAsync(topic, "sqs", QueueArn("orders"), ("RawMessageDelivery", "True"));

        arn.ShouldStartWith(topic + ":");
        (await AttributesAsync(world, arn)).ShouldBe(
            new Dictionary<string, string>
            {
                ["SubscriptionArn"] = arn,
                ["TopicArn"] = topic,
                ["Owner"] = "111122223333",
                ["Protocol"] = "sqs",
                ["Endpoint"] = QueueArn("orders"),
                ["ConfirmationWasAuthenticated"] = "true",
                ["PendingConfirmation"] = "false",
                ["SubscriptionPrincipal"] = "arn:aws:iam::111122223333:root",
                ["RawMessageDelivery"] = "true",
            },
            ignoreOrder: true
        );
    }

    [Fact]
    public async Task Subscribing_again_is_no_mistake_as_long_as_it_is_the_same()
    {
        await using var world = await CreateAsync();
        var topic = await world.CreateTopicAsync();
        var arn = await world.SubscribeAsync(topic, "sqs", QueueArn("orders"), ("RawMessageDelivery", "true"));

        (await world.SubscribeAsync(topic, "sqs", QueueArn("orders"))).ShouldBe(arn);
        (
            await ErrorOfAsync(() =>
                world.SubscribeAsync(topic, "sqs", QueueArn("orders"), ("RawMessageDelivery", "false"))
            )
        ).Message.ShouldBe(
            "Invalid parameter: Attributes Reason: Subscription already exists with different attributes"
        );
    }

    [Fact]
    public async Task A_URL_is_pending_until_it_confirms()
    {
        await using var world = await CreateAsync();
        var topic = await world.CreateTopicAsync();
        var request = new SubscribeInput
        {
            TopicArn = topic,
            Protocol = "http",
            Endpoint = "http://127.0.0.1:1/",
        };

        var shown = (await world.Sns.SubscribeAsync(request, Context)).SubscriptionArn;
        var again = (
            await world.Sns.SubscribeAsync(request with { ReturnSubscriptionArn = true }, Context)
        ).SubscriptionArn!;

        shown.ShouldBe("pending confirmation");
        (await AttributesAsync(world, again))["PendingConfirmation"].ShouldBe("true");
        var listed = (
            await world.Sns.ListSubscriptionsByTopicAsync(new() { TopicArn = topic }, Context)
        ).Subscriptions!.ShouldHaveSingleItem();
        (listed.SubscriptionArn, listed.Protocol, listed.Endpoint).ShouldBe(
            ("PendingConfirmation", "http", "http://127.0.0.1:1/")
        );
    }

    [Theory]
    [InlineData("sqs", "orders", "Invalid parameter: SQS endpoint ARN")]
    [InlineData("http", "https://example.com/", "Invalid parameter: Endpoint must match the specified protocol")]
    [InlineData("https", "example.com", "Invalid parameter: Endpoint must match the specified protocol")]
    [InlineData("http", "http://", "Invalid parameter: Endpoint")]
    [InlineData(
        "email",
        "somebody@example.com",
        "Invalid parameter: Estiba does not deliver to the protocol email yet. It delivers to sqs, http and https."
    )]
    [InlineData("pigeon", "roof", "Invalid parameter: Amazon SNS does not support the protocol pigeon")]
    [InlineData(
        "sqs",
        "arn:aws:sqs:eu-west-1:111122223333:orders.fifo",
        "Invalid parameter: Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard "
            + "SNS topics"
    )]
    public async Task What_nothing_can_be_delivered_to_is_refused(string protocol, string endpoint, string message)
    {
        await using var world = await CreateAsync();
        var topic = await world.CreateTopicAsync();

        (await ErrorOfAsync(() => world.SubscribeAsync(topic, protocol, endpoint))).ShouldBe(
            ("InvalidParameter", "InvalidParameter", message)
        );
        (await world.Sns.ListSubscriptionsAsync(new ListSubscriptionsInput(), Context)).Subscriptions.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("RawMessageDelivery", "maybe")]
    [InlineData("FilterPolicy", "none")]
    [InlineData("FilterPolicy", """{"a":{"b":["c"]}}""")]
    [InlineData("FilterPolicyScope", "Subject")]
    [InlineData("RedrivePolicy", """{"deadLetterTargetArn":"dead"}""")]
    [InlineData("DeliveryPolicy", """{"healthyRetryPolicy":{"minDelayTarget":30,"maxDelayTarget":20}}""")]
    [InlineData("ReplayPolicy", "{}")]
    [InlineData("Colour", "red")]
    public async Task An_attribute_that_a_subscription_cannot_have_changes_nothing(string name, string value)
    {
        await using var world = await CreateAsync();
        var topic = await world.CreateTopicAsync();
        var arn = await world.SubscribeAsync(topic, "sqs", QueueArn("orders"));
        var before = await AttributesAsync(world, arn);

        (await ErrorOfAsync(() => SetAsync(world, arn, name, value))).Json.ShouldBe("InvalidParameter");

        (await AttributesAsync(world, arn)).ShouldBe(before, ignoreOrder: true);
    }

    [Fact]
    public async Task An_attribute_is_set_and_taken_away()
    {
        await using var world = await CreateAsync();
        var topic = await world.CreateTopicAsync();
        var arn = await world.SubscribeAsync(topic, "sqs", QueueArn("orders"));

        await SetAsync(world, arn, "FilterPolicy", """{"kind":["order"]}""");
        var with = await AttributesAsync(world, arn);
        await SetAsync(world, arn, "FilterPolicy", "");

        (with["FilterPolicy"], with["FilterPolicyScope"]).ShouldBe(("""{"kind":["order"]}""", "MessageAttributes"));
        (await AttributesAsync(world, arn)).ContainsKey("FilterPolicy").ShouldBeFalse();
    }

    private static Task SetAsync(MessagingWorld world, string arn, string name, string value) =>
        world.Sns.SetSubscriptionAttributesAsync(
            new SetSubscriptionAttributesInput
            {
                SubscriptionArn = arn,
                AttributeName = name,
                AttributeValue = value,
            },
            Context
        );

    private static async Task<IReadOnlyDictionary<string, string>> AttributesAsync(MessagingWorld world, string arn) =>
        (await world.Sns.GetSubscriptionAttributesAsync(new() { SubscriptionArn = arn }, Context)).Attributes!;
}
