using System.Text.Json;
using Estiba.Contracts.Sns;
using Estiba.Contracts.Sqs;
using static Estiba.Messaging.Tests.MessagingWorld;
using Attribute = Estiba.Contracts.Sns.MessageAttributeValue;

namespace Estiba.Messaging.Tests.Delivery;

public sealed class QueueDeliveryTests
{
    [Fact]
    public async Task A_queue_gets_what_is_published_in_an_envelope()
    {
        await using var world = await CreateAsync();
        var (topic, queue) = (await world.CreateTopicAsync(), await world.CreateQueueAsync());
        var subscription = await world.SubscribeAsync(topic, "sqs", QueueArn("orders"));

        var published = await world.PublishAsync(topic, "hello", request =>
            request with
            {
                Subject = "Greeting",
                MessageAttributes = new Dictionary<string, Attribute>
                {
                    ["kind"] = new() { DataType = "String", StringValue = "order" },
                },
            }
        );

        var message = (await world.ReceiveAsync(queue)).ShouldHaveSingleItem();
        message.Attributes!["SenderId"].ShouldBe("sns.amazonaws.com");
        using var envelope = JsonDocument.Parse(message.Body!);
        var members = envelope.RootElement.EnumerateObject().ToDictionary(each => each.Name, each => $"{each.Value}");
        members
            .Keys.ToArray()
            .ShouldBe([
                "Type",
                "MessageId",
                "TopicArn",
                "Subject",
                "Message",
                "Timestamp",
                "SignatureVersion",
                "Signature",
                "SigningCertURL",
                "UnsubscribeURL",
                "MessageAttributes",
            ]);
        (members["Type"], members["MessageId"], members["TopicArn"], members["Message"], members["Subject"]).ShouldBe(
            ("Notification", published.MessageId!, topic, "hello", "Greeting")
        );
        members["MessageAttributes"].ShouldBe("""{"kind":{"Type":"String","Value":"order"}}""");
        members["UnsubscribeURL"].ShouldEndWith(Uri.EscapeDataString(subscription));
        world.Store.Current.Count(SnsTables.Deliveries).ShouldBe(0);
        world.Store.Current.Count(SnsTables.Notifications).ShouldBe(0);
    }

    [Fact]
    public async Task Raw_delivery_is_the_message_with_its_attributes()
    {
        await using var world = await CreateAsync();
        var (topic, queue) = (await world.CreateTopicAsync(), await world.CreateQueueAsync());
        await world.SubscribeAsync(topic, "sqs", QueueArn("orders"), ("RawMessageDelivery", "true"));

        await world.PublishAsync(topic, """{"default":"for all","sqs":"for queues"}""", request =>
            request with
            {
                MessageStructure = "json",
                MessageAttributes = new Dictionary<string, Attribute>
                {
                    ["kind"] = new() { DataType = "String", StringValue = "order" },
                    ["blob"] = new() { DataType = "Binary", BinaryValue = new byte[] { 1 } },
                },
            }
        );

        var message = (
            await world.ReceiveAsync(queue, 1, request => request with { MessageAttributeNames = ["All"] })
        ).ShouldHaveSingleItem();
        message.Body.ShouldBe("for queues");
        message.MessageAttributes!["kind"].StringValue.ShouldBe("order");
        message.MessageAttributes["blob"].BinaryValue!.Value.ToArray().ShouldBe(new byte[] { 1 });
    }

    [Fact]
    public async Task Only_those_get_a_message_who_want_it()
    {
        await using var world = await CreateAsync();
        var topic = await world.CreateTopicAsync();
        var (byAttribute, byBody) = (await world.CreateQueueAsync("attribute"), await world.CreateQueueAsync("body"));
        await world.SubscribeAsync(
            topic,
            "sqs",
            QueueArn("attribute"),
            ("RawMessageDelivery", "true"),
            ("FilterPolicy", """{"kind":["order"]}""")
        );
        await world.SubscribeAsync(
            topic,
            "sqs",
            QueueArn("body"),
            ("RawMessageDelivery", "true"),
            ("FilterPolicy", """{"order":{"lines":{"price":[{"numeric":[">",10]}]}}}"""),
            ("FilterPolicyScope", "MessageBody")
        );
        const string Cheap = """{"order":{"lines":[{"price":1},{"price":9}]}}""";
        const string Dear = """{"order":{"lines":[{"price":1},{"price":19}]}}""";

        await PublishAsync(Cheap, "order");
        await PublishAsync(Dear, "offer");
        await PublishAsync("no JSON", null);

        (await world.BodiesAsync(byAttribute)).ShouldBe([Cheap]);
        (await world.BodiesAsync(byBody)).ShouldBe([Dear]);

        Task PublishAsync(string body, string? kind) =>
            world.PublishAsync(topic, body, request => request with { MessageAttributes = kind is null
                        ? null
                        : new Dictionary<string, Attribute>
                        {
                            ["kind"] = new() { DataType = "String", StringValue = kind },
                        } });
    }

    [Fact]
    public async Task A_queue_that_is_gone_leaves_its_messages_to_the_dead_letter_queue()
    {
        await using var world = await CreateAsync();
        var (topic, dead) = (await world.CreateTopicAsync(), await world.CreateQueueAsync("dead"));
        await world.SubscribeAsync(
            topic,
            "sqs",
            QueueArn("gone"),
            ("RawMessageDelivery", "true"),
            ("RedrivePolicy", $$"""{"deadLetterTargetArn":"{{QueueArn("dead")}}"}""")
        );
        await world.SubscribeAsync(topic, "sqs", QueueArn("gone-too"));

        await world.PublishAsync(topic, "hello");

        (await world.BodiesAsync(dead)).ShouldBe(["hello"]);
        world.Store.Current.Count(SnsTables.Deliveries).ShouldBe(0);
    }

    [Fact]
    public async Task A_FIFO_topic_keeps_the_order_and_drops_what_is_published_twice()
    {
        await using var world = await CreateAsync();
        var topic = await world.CreateTopicAsync(
            "news.fifo",
            ("FifoTopic", "true"),
            ("ContentBasedDeduplication", "true")
        );
        var queue = await world.CreateFifoAsync();
        await world.SubscribeAsync(topic, "sqs", QueueArn("orders.fifo"), ("RawMessageDelivery", "true"));
        Task<PublishResponse> PublishAsync(string body) =>
            world.PublishAsync(topic, body, request => request with { MessageGroupId = "a" });

        var first = await PublishAsync("1");
        (await PublishAsync("1")).ShouldBe(first);
        for (var number = 2; number <= 9; number++)
            await PublishAsync($"{number}");

        (await world.BodiesAsync(queue)).ShouldBe(["1", "2", "3", "4", "5", "6", "7", "8", "9"]);
        first.SequenceNumber!.Length.ShouldBe(20);
        (await ErrorOfAsync(() => world.PublishAsync(topic, "10"))).Message.ShouldBe(
            "Invalid parameter: The MessageGroupId parameter is required for FIFO topics"
        );
    }

    [Fact]
    public async Task What_is_published_within_a_batch_succeeds_or_fails_by_itself()
    {
        await using var world = await CreateAsync();
        var (topic, queue) = (await world.CreateTopicAsync(), await world.CreateQueueAsync());
        await world.SubscribeAsync(topic, "sqs", QueueArn("orders"), ("RawMessageDelivery", "true"));
        Task<PublishBatchResponse> PublishAsync(params (string Id, string Message)[] entries) =>
            world.Sns.PublishBatchAsync(
                new PublishBatchInput
                {
                    TopicArn = topic,
                    PublishBatchRequestEntries =
                    [
                        .. entries.Select(each => new PublishBatchRequestEntry
                        {
                            Id = each.Id,
                            Message = each.Message,
                        }),
                    ],
                },
                Context
            );

        var published = await PublishAsync(("a", "one"), ("b", ""), ("c", "three"));
        await world.WhenIdleAsync();

        published.Successful!.Select(each => each.Id).ShouldBe(["a", "c"]);
        published.Failed!.Select(each => (each.Id, each.Code)).ShouldBe([("b", "InvalidParameter")]);
        (await world.BodiesAsync(queue)).ShouldBe(["one", "three"]);
        (await ErrorOfAsync(() => PublishAsync())).Json.ShouldBe("EmptyBatchRequest");
        (await ErrorOfAsync(() => PublishAsync(("a", "x"), ("a", "y")))).Json.ShouldBe("BatchEntryIdsNotDistinct");
        (await ErrorOfAsync(() => PublishAsync(("a b", "x")))).Json.ShouldBe("InvalidBatchEntryId");
        (
            await ErrorOfAsync(() => PublishAsync([.. Enumerable.Range(0, 11).Select(id => ($"{id}", "x"))]))
        ).Json.ShouldBe("TooManyEntriesInBatchRequest");
        (
            await ErrorOfAsync(() => PublishAsync(("a", new string('x', 200_000)), ("b", new string('x', 200_000))))
        ).Json.ShouldBe("BatchRequestTooLong");
    }

    [Theory]
    [InlineData("", null, null, "Invalid parameter: Empty message")]
    [InlineData("x", "two\nlines", null, "Invalid parameter: Subject")]
    [InlineData("x", "", null, "Invalid parameter: Subject")]
    [InlineData("none", null, "json", "Invalid parameter: Message Structure - JSON message body failed to parse")]
    [InlineData(
        """{"sqs":"x"}""",
        null,
        "json",
        "Invalid parameter: Message Structure - No default entry in JSON message body"
    )]
    public async Task What_cannot_be_published_reaches_nobody(
        string message,
        string? subject,
        string? structure,
        string refusal
    )
    {
        await using var world = await CreateAsync();
        var (topic, queue) = (await world.CreateTopicAsync(), await world.CreateQueueAsync());
        await world.SubscribeAsync(topic, "sqs", QueueArn("orders"));

        var error = await ErrorOfAsync(() =>
            world.PublishAsync(topic, message, request =>
                request with
                {
                    Subject = subject,
                    MessageStructure = structure,
                }
            )
        );

        (error.Json, error.Message).ShouldBe(("InvalidParameter", refusal));
        (await ErrorOfAsync(() => world.PublishAsync(topic, new string('x', 262_145)))).Message.ShouldBe(
            "Invalid parameter: Message too long"
        );
        (await world.BodiesAsync(queue)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Who_has_unsubscribed_gets_nothing_more()
    {
        await using var world = await CreateAsync();
        var (topic, queue) = (await world.CreateTopicAsync(), await world.CreateQueueAsync());
        var arn = await world.SubscribeAsync(topic, "sqs", QueueArn("orders"));

        await world.Sns.UnsubscribeAsync(new UnsubscribeInput { SubscriptionArn = arn }, Context);
        await world.PublishAsync(topic, "hello");

        (await world.BodiesAsync(queue)).ShouldBeEmpty();
        world.Store.Current.Count(SnsTables.Notifications).ShouldBe(0);
    }
}
