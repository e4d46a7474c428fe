using Estiba.Contracts.Sns;
using static Estiba.Messaging.Tests.MessagingWorld;

namespace Estiba.Messaging.Tests.Topics;

public sealed class TopicTests
{
    private const string Arn = "arn:aws:sns:eu-west-1:111122223333:news";

    [Fact]
    public async Task A_topic_has_the_attributes_that_AWS_gives_it()
    {
        await using var world = await CreateAsync();
        var topic = await world.CreateTopicAsync("news", ("DisplayName", "News"));
        await world.SubscribeAsync(topic, "sqs", QueueArn("orders"));

        var attributes = await AttributesAsync(world, topic);

        topic.ShouldBe(Arn);
        attributes.Keys.ShouldBe(
            [
                "TopicArn",
                "Owner",
                "Policy",
                "DisplayName",
                "SubscriptionsConfirmed",
                "SubscriptionsPending",
                "SubscriptionsDeleted",
                "EffectiveDeliveryPolicy",
            ],
            ignoreOrder: true
        );
        (attributes["Owner"], attributes["DisplayName"], attributes["SubscriptionsConfirmed"]).ShouldBe(
            ("111122223333", "News", "1")
        );
        attributes["EffectiveDeliveryPolicy"]
            .ShouldBe(
                """
                {"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":20,"maxDelayTarget":20,"numRetries":3,"numMaxDelayRetries":0,"numNoDelayRetries":0,"numMinDelayRetries":0,"backoffFunction":"linear"},"disableSubscriptionOverrides":false,"defaultRequestPolicy":{"headerContentType":"text/plain; charset=UTF-8"}}}
                """.Trim()
            );
        attributes["Policy"].ShouldContain($"\"Resource\":\"{Arn}\"");
    }

    [Fact]
    public async Task Making_a_topic_again_is_no_mistake_as_long_as_it_is_the_same()
    {
        await using var world = await CreateAsync();
        await world.CreateTopicAsync("news", ("DisplayName", "News"));
        Task TaggedAsync(string value) =>
            world.Sns.CreateTopicAsync(
                new CreateTopicInput { Name = "news", Tags = [new Tag { Key = "team", Value = value }] },
                Context
            );

        (await world.CreateTopicAsync("news", ("DisplayName", "News"))).ShouldBe(Arn);
        (await ErrorOfAsync(() => world.CreateTopicAsync("news", ("DisplayName", "Olds")))).Message.ShouldBe(
            "Invalid parameter: Attributes Reason: Topic already exists with different attributes"
        );
        (await ErrorOfAsync(() => TaggedAsync("web"))).Message.ShouldBe(
            "Invalid parameter: Tags Reason: Topic already exists with different tags"
        );
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("with space", null)]
    [InlineData("news.fifo", null)]
    [InlineData("news", "true")]
    public async Task A_name_that_no_topic_may_have_is_refused(string name, string? fifo)
    {
        await using var world = await CreateAsync();

        (
            await ErrorOfAsync(() => world.CreateTopicAsync(name, fifo is null ? [] : [("FifoTopic", fifo)]))
        ).Json.ShouldBe("InvalidParameter");
        (await world.Sns.ListTopicsAsync(new ListTopicsInput(), Context)).Topics.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Policy", "none")]
    [InlineData("SignatureVersion", "3")]
    [InlineData("TracingConfig", "Sometimes")]
    [InlineData("ContentBasedDeduplication", "true")]
    [InlineData("FifoTopic", "true")]
    [InlineData("DeliveryPolicy", """{"http":{"defaultHealthyRetryPolicy":{"numRetries":101}}}""")]
    [InlineData("DeliveryPolicy", "none")]
    [InlineData("ArchivePolicy", """{"MessageRetentionPeriod":"30"}""")]
    [InlineData("Colour", "red")]
    public async Task An_attribute_that_a_topic_cannot_have_changes_nothing(string name, string value)
    {
        await using var world = await CreateAsync();
        var topic = await world.CreateTopicAsync();
        var before = await AttributesAsync(world, topic);

        (await ErrorOfAsync(() => SetAsync(world, topic, name, value))).Json.ShouldBe("InvalidParameter");

        (await AttributesAsync(world, topic)).ShouldBe(before, ignoreOrder: true);
    }

    [Fact]
    public async Task An_attribute_is_set_and_taken_away()
    {
        await using var world = await CreateAsync();
        var topic = await world.CreateTopicAsync();
        var before = (await AttributesAsync(world, topic))["Policy"];

        await SetAsync(world, topic, "Policy", "{}");
        (await AttributesAsync(world, topic))["Policy"].ShouldBe("{}");
        await SetAsync(world, topic, "Policy", "");

        (await AttributesAsync(world, topic))["Policy"].ShouldBe(before);
    }

    [Fact]
    public async Task A_topic_that_is_deleted_takes_its_subscriptions_with_it()
    {
        await using var world = await CreateAsync();
        var topic = await world.CreateTopicAsync();
        var subscription = await world.SubscribeAsync(topic, "sqs", QueueArn("orders"));
        Task DeleteAsync() => world.Sns.DeleteTopicAsync(new DeleteTopicInput { TopicArn = topic }, Context);

        await DeleteAsync();
        await DeleteAsync();

        (await ErrorOfAsync(() => world.PublishAsync(topic, "hello"))).ShouldBe(
            ("NotFound", "NotFound", "Topic does not exist")
        );
        (
            await ErrorOfAsync(() =>
                world.Sns.GetSubscriptionAttributesAsync(new() { SubscriptionArn = subscription }, Context)
            )
        ).Message.ShouldBe("Subscription does not exist");
        (await ErrorOfAsync(() => world.PublishAsync("news", "hello"))).Message.ShouldBe("Invalid parameter: TopicArn");
    }

    [Fact]
    public async Task Topics_and_subscriptions_are_given_a_hundred_at_a_time()
    {
        await using var world = await CreateAsync();
        for (var number = 0; number < 101; number++)
            await world.CreateTopicAsync($"t{number:D3}");
        for (var number = 0; number < 101; number++)
            await world.SubscribeAsync(Arn.Replace("news", "t000"), "sqs", QueueArn($"q{number}"));

        var first = await world.Sns.ListTopicsAsync(new ListTopicsInput(), Context);
        var rest = await world.Sns.ListTopicsAsync(new ListTopicsInput { NextToken = first.NextToken }, Context);
        var all = await world.Sns.ListSubscriptionsAsync(new ListSubscriptionsInput(), Context);
        var ofTopic = await world.Sns.ListSubscriptionsByTopicAsync(
            new ListSubscriptionsByTopicInput { TopicArn = Arn.Replace("news", "t001") },
            Context
        );

        (first.Topics!.Count, rest.Topics!.Single().TopicArn).ShouldBe((100, Arn.Replace("news", "t100")));
        (all.Subscriptions!.Count, all.NextToken is null).ShouldBe((100, false));
        ofTopic.Subscriptions.ShouldBeEmpty();
    }

    [Fact]
    public async Task Tags_are_put_and_taken()
    {
        await using var world = await CreateAsync();
        var topic = await world.CreateTopicAsync();
        Task TagAsync(params Tag[] tags) =>
            world.Sns.TagResourceAsync(new TagResourceRequest { ResourceArn = topic, Tags = tags }, Context);

        await TagAsync(new Tag { Key = "team", Value = "web" }, new Tag { Key = "stage", Value = "test" });
        await world.Sns.UntagResourceAsync(new() { ResourceArn = topic, TagKeys = ["team"] }, Context);

        (await world.Sns.ListTagsForResourceAsync(new() { ResourceArn = topic }, Context)).Tags.ShouldBe([
            new Tag { Key = "stage", Value = "test" },
        ]);
        (await ErrorOfAsync(() => TagAsync(new Tag { Key = "aws:x", Value = "" }))).Json.ShouldBe("InvalidParameter");
        (
            await ErrorOfAsync(() => world.Sns.ListTagsForResourceAsync(new() { ResourceArn = topic + "-2" }, Context))
        ).Json.ShouldBe("ResourceNotFound");
    }

    [Fact]
    public async Task Permissions_are_statements_of_the_policy()
    {
        await using var world = await CreateAsync();
        var topic = await world.CreateTopicAsync();
        var request = new AddPermissionInput
        {
            TopicArn = topic,
            Label = "publishers",
            AWSAccountId = ["444455556666"],
            ActionName = ["Publish"],
        };

        await world.Sns.AddPermissionAsync(request, Context);
        var with = (await AttributesAsync(world, topic))["Policy"];
        (await ErrorOfAsync(() => world.Sns.AddPermissionAsync(request, Context))).Message.ShouldBe(
            "Invalid parameter: Statement already exists"
        );
        await world.Sns.RemovePermissionAsync(new() { TopicArn = topic, Label = "publishers" }, Context);

        with.ShouldContain(
            $$"""{"Sid":"publishers","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"SNS:Publish","Resource":"{{Arn}}"}"""
        );
        var without = (await AttributesAsync(world, topic))["Policy"];
        without.ShouldContain("__default_statement_ID");
        without.ShouldNotContain("publishers");
    }

    private static Task SetAsync(MessagingWorld world, string topic, string name, string value) =>
        world.Sns.SetTopicAttributesAsync(
            new SetTopicAttributesInput
            {
                TopicArn = topic,
                AttributeName = name,
                AttributeValue = value,
            },
            Context
        );

    private static async Task<IReadOnlyDictionary<string, string>> AttributesAsync(
        MessagingWorld world,
        string topic
    ) => (await world.Sns.GetTopicAttributesAsync(new() { TopicArn = topic }, Context)).Attributes!;
}
