using Estiba.Contracts.Sqs;
using static Estiba.Messaging.Tests.MessagingWorld;

namespace Estiba.Messaging.Tests.Messages;

public sealed class MessageTests
{
    [Fact]
    public async Task What_was_sent_is_received_with_what_SQS_says_of_it()
    {
        await using var world = await CreateAsync();
        var url = await world.CreateQueueAsync();

        var sent = await world.SendAsync(url, "This is a test message", request => request with { MessageAttributes =
                    new Dictionary<string, MessageAttributeValue>
                    {
                        ["n"] = new() { DataType = "Number", StringValue = "1.5" },
                        ["colour"] = new() { DataType = "String", StringValue = "grün" },
                        ["blob"] = new() { DataType = "Binary", BinaryValue = new byte[] { 1, 2 } },
                    }, MessageSystemAttributes = new Dictionary<string, MessageSystemAttributeValue>
                {
                    ["AWSTraceHeader"] = new()
                    {
                        DataType = "String",
                        StringValue = "Root=1-5759e988-bd862e3fe1be46a994272793",
                    },
                } });
        world.Time.Advance(TimeSpan.FromSeconds(2));
        var all = (await world.ReceiveAsync(url, change: it => it with { MessageAttributeNames = ["All"] })).Single();
        world.Time.Advance(TimeSpan.FromSeconds(30));
        var some = (await world.ReceiveAsync(url, change: it => it with { MessageAttributeNames = ["co.*"] })).Single();

        // The first is the value in AWS's documents; the others follow from its description of the digest.
        sent.MD5OfMessageBody.ShouldBe("fafb00f5732ab283681e124bf8747ed1");
        sent.MD5OfMessageAttributes.ShouldBe("ed2a63026b481c31ffc28359cfd889b6");
        sent.MD5OfMessageSystemAttributes.ShouldBe("62a56dd927315f2b2e12832b84617ea5");
        (all.MessageId, all.Body, all.MD5OfBody).ShouldBe(
            (sent.MessageId, "This is a test message", sent.MD5OfMessageBody)
        );
        all.MD5OfMessageAttributes.ShouldBe(sent.MD5OfMessageAttributes);
        all.MessageAttributes!["blob"].BinaryValue!.Value.ToArray().ShouldBe(new byte[] { 1, 2 });
        all.Attributes.ShouldBe(
            new Dictionary<string, string>
            {
                ["SenderId"] = "111122223333",
                ["SentTimestamp"] = "1778051289000",
                ["ApproximateReceiveCount"] = "1",
                ["ApproximateFirstReceiveTimestamp"] = "1778051291000",
                ["AWSTraceHeader"] = "Root=1-5759e988-bd862e3fe1be46a994272793",
            },
            ignoreOrder: true
        );
        some.MessageAttributes!.Keys.ShouldBe(["colour"]);
        some.MessageAttributes["colour"].BinaryValue.ShouldBeNull();
        some.MD5OfMessageAttributes.ShouldBe("2eed5e0126ada64fb2750346c3e223bc");
        some.Attributes!["ApproximateReceiveCount"].ShouldBe("2");
        some.ReceiptHandle.ShouldNotBe(all.ReceiptHandle);
    }

    [Fact]
    public async Task A_label_belongs_to_the_digest_of_a_type()
    {
        await using var world = await CreateAsync();
        var url = await world.CreateQueueAsync();

        var sent = await SendWithAsync(world, url, "timestamp", "Number.java.lang.Long", "1493147359900");

        sent.MD5OfMessageAttributes.ShouldBe("2e2e4876d8e0bd6b8c2c8f556831c349");
    }

    [Fact]
    public async Task A_message_is_in_flight_until_it_is_deleted_or_its_time_is_over()
    {
        await using var world = await CreateAsync();
        var url = await world.CreateQueueAsync("orders", ("VisibilityTimeout", "10"));
        await world.SendAsync(url, "one");
        await world.SendAsync(url, "two");

        var first = (await world.ReceiveAsync(url)).Single();
        (await world.CountsAsync(url)).ShouldBe(("1", "1", "0"));
        world.Time.Advance(TimeSpan.FromSeconds(9));
        (await world.BodiesAsync(url)).ShouldBe(["two"]);
        world.Time.Advance(TimeSpan.FromSeconds(1));
        (await world.CountsAsync(url)).ShouldBe(("1", "1", "0"));
        var again = (await world.ReceiveAsync(url)).Single();

        // An older handle deletes nothing, and says so to nobody.
        await world.DeleteAsync(url, first.ReceiptHandle!);
        (await world.CountsAsync(url)).ShouldBe(("0", "2", "0"));
        await world.DeleteAsync(url, again.ReceiptHandle!);
        await world.DeleteAsync(url, again.ReceiptHandle!);
        (await world.CountsAsync(url)).ShouldBe(("0", "1", "0"));
    }

    [Fact]
    public async Task A_message_can_be_handed_back_or_kept_longer()
    {
        await using var world = await CreateAsync();
        var url = await world.CreateQueueAsync();
        await world.SendAsync(url, "one");
        var handle = (await world.ReceiveAsync(url)).Single().ReceiptHandle!;

        await world.ChangeVisibilityAsync(url, handle, 100);
        world.Time.Advance(TimeSpan.FromSeconds(99));
        (await world.BodiesAsync(url)).ShouldBeEmpty();
        await world.ChangeVisibilityAsync(url, handle, 0);
        (await ErrorOfAsync(() => world.ChangeVisibilityAsync(url, handle, 5))).Query.ShouldBe(
            "AWS.SimpleQueueService.MessageNotInflight"
        );

        (await world.BodiesAsync(url)).ShouldBe(["one"]);
        (await ErrorOfAsync(() => world.ChangeVisibilityAsync(url, handle, 43_201))).Query.ShouldBe(
            "InvalidParameterValue"
        );
        (await ErrorOfAsync(() => world.ChangeVisibilityAsync(url, handle, 5))).Message.ShouldEndWith(
            "Reason: Message does not exist or is not available for visibility timeout change."
        );
        (await ErrorOfAsync(() => world.DeleteAsync(url, "none"))).ShouldBe(
            (
                "ReceiptHandleIsInvalid",
                "ReceiptHandleIsInvalid",
                "The input receipt handle \"none\" is not a valid receipt handle."
            )
        );
    }

    [Fact]
    public async Task A_handle_is_good_for_its_own_queue_alone()
    {
        await using var world = await CreateAsync();
        var (url, other) = (await world.CreateQueueAsync(), await world.CreateQueueAsync("other"));
        await world.SendAsync(url, "one");
        var handle = (await world.ReceiveAsync(url)).Single().ReceiptHandle!;

        (await ErrorOfAsync(() => world.DeleteAsync(other, handle))).Json.ShouldBe("ReceiptHandleIsInvalid");
        (await world.CountsAsync(url)).NotVisible.ShouldBe("1");
    }

    [Fact]
    public async Task A_delayed_message_comes_when_its_delay_is_over()
    {
        await using var world = await CreateAsync();
        var url = await world.CreateQueueAsync("orders", ("DelaySeconds", "60"));
        await world.SendAsync(url, "late");
        await world.SendAsync(url, "soon", request => request with { DelaySeconds = 0 });

        (await world.CountsAsync(url)).ShouldBe(("1", "0", "1"));
        (await world.BodiesAsync(url)).ShouldBe(["soon"]);
        world.Time.Advance(TimeSpan.FromSeconds(60));
        (await world.BodiesAsync(url)).ShouldBe(["soon", "late"], ignoreOrder: true);
    }

    [Fact]
    public async Task Whoever_waits_gets_what_comes()
    {
        await using var world = await CreateAsync();
        var url = await world.CreateQueueAsync("orders", ("ReceiveMessageWaitTimeSeconds", "20"));
        var waiting = world.BodiesAsync(url);
        waiting.IsCompleted.ShouldBeFalse();

        await world.SendAsync(url, "hello");

        (await waiting).ShouldBe(["hello"]);
    }

    [Fact]
    public async Task Whoever_waits_gets_what_becomes_visible_and_nothing_when_the_time_is_over()
    {
        await using var world = await CreateAsync();
        var url = await world.CreateQueueAsync();
        await world.SendAsync(url, "later", request => request with { DelaySeconds = 5 });
        Task<IReadOnlyList<Message>> WaitAsync(int seconds) =>
            world.ReceiveAsync(url, 1, request => request with { WaitTimeSeconds = seconds });

        var waiting = WaitAsync(20);
        world.Time.Advance(TimeSpan.FromSeconds(5));
        var got = await waiting;
        var next = WaitAsync(10);
        world.Time.Advance(TimeSpan.FromSeconds(9));
        next.IsCompleted.ShouldBeFalse();
        world.Time.Advance(TimeSpan.FromSeconds(1));

        got.Single().Body.ShouldBe("later");
        (await next).ShouldBeEmpty();
    }

    [Fact]
    public async Task Whoever_waits_and_leaves_takes_nothing()
    {
        await using var world = await CreateAsync();
        var url = await world.CreateQueueAsync();
        using var leaving = new CancellationTokenSource();
        var request = new ReceiveMessageRequest { QueueUrl = url, WaitTimeSeconds = 20 };
        var waiting = world.Api.ReceiveMessageAsync(request, Context, leaving.Token);

        await leaving.CancelAsync();
        await waiting.ShouldThrowAsync<OperationCanceledException>();
        await world.SendAsync(url, "hello");

        (await world.BodiesAsync(url)).ShouldBe(["hello"]);
    }

    [Fact]
    public async Task Of_many_who_wait_each_gets_another_message()
    {
        await using var world = await CreateAsync();
        var url = await world.CreateQueueAsync();
        var waiting = Enumerable
            .Range(0, 8)
            .Select(_ => world.ReceiveAsync(url, 1, request => request with { WaitTimeSeconds = 20 }))
            .ToList();

        for (var number = 0; number < 8; number++)
            await world.SendAsync(url, $"{number}");

        var bodies = (await Task.WhenAll(waiting)).Select(messages => messages.ShouldHaveSingleItem().Body!);
        bodies.ShouldBe(["0", "1", "2", "3", "4", "5", "6", "7"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_restart_loses_nothing_and_knows_what_is_in_flight()
    {
        await using var world = await CreateAsync();
        var url = await world.CreateQueueAsync();
        await world.SendAsync(url, "taken");
        await world.SendAsync(url, "waiting");
        var handle = (await world.ReceiveAsync(url)).Single().ReceiptHandle!;

        await world.RestartAsync();

        (await world.BodiesAsync(url)).ShouldBe(["waiting"]);
        await world.DeleteAsync(url, handle);
        world.Time.Advance(TimeSpan.FromSeconds(30));
        var again = (await world.ReceiveAsync(url)).ShouldHaveSingleItem();
        (again.Body, again.Attributes!["ApproximateReceiveCount"]).ShouldBe(("waiting", "2"));
    }

    [Fact]
    public async Task Messages_are_forgotten_when_they_have_been_kept_long_enough()
    {
        await using var world = await CreateAsync();
        var url = await world.CreateQueueAsync("orders", ("MessageRetentionPeriod", "60"));
        await world.SendAsync(url, "old");
        world.Time.Advance(TimeSpan.FromSeconds(59));
        await world.SendAsync(url, "new");
        world.Time.Advance(TimeSpan.FromSeconds(1));

        (await world.BodiesAsync(url)).ShouldBe(["new"]);
        world.Time.Advance(TimeSpan.FromSeconds(60));
        await world.CleanAsync();
        world.Store.Current.Count(MessagingTables.Messages).ShouldBe(0);
    }

    [Fact]
    public async Task What_was_received_too_often_goes_to_the_dead_letter_queue()
    {
        await using var world = await CreateAsync();
        var dead = await world.CreateQueueAsync("dead");
        var url = await world.CreateQueueAsync("orders", Redrive("dead", 2), ("VisibilityTimeout", "0"));
        await world.SendAsync(url, "bad");
        await world.ReceiveAsync(url);
        await world.ReceiveAsync(url);
        (await world.CountsAsync(dead)).Visible.ShouldBe("0");

        (await world.ReceiveAsync(url)).ShouldBeEmpty();

        (await world.CountsAsync(url)).ShouldBe(("0", "0", "0"));
        var message = (await world.ReceiveAsync(dead)).Single();
        message.Body.ShouldBe("bad");
        message.Attributes!["DeadLetterQueueSourceArn"].ShouldBe("arn:aws:sqs:eu-west-1:111122223333:orders");
        message.Attributes["SentTimestamp"].ShouldBe("1778051289000");
        var sources = await world.Api.ListDeadLetterSourceQueuesAsync(new() { QueueUrl = dead }, Context);
        sources.QueueUrls.ShouldBe([url]);
    }

    [Fact]
    public async Task A_dead_letter_queue_says_for_whom_it_is()
    {
        await using var world = await CreateAsync();
        await world.CreateQueueAsync("dead", ("RedriveAllowPolicy", """{"redrivePermission":"denyAll"}"""));

        var refused = await ErrorOfAsync(() => world.CreateQueueAsync("orders", Redrive("dead", 2)));

        refused.Query.ShouldBe("InvalidParameterValue");
        (await world.CreateFifoAsync("dead.fifo")).ShouldNotBeNull();
        (await ErrorOfAsync(() => world.CreateQueueAsync("orders", Redrive("dead.fifo", 2)))).Message.ShouldEndWith(
            "Reason: Dead-letter queue must be same type of queue as the source."
        );
    }

    [Fact]
    public async Task Dead_letters_are_moved_back_to_where_they_came_from()
    {
        await using var world = await CreateAsync();
        var dead = await world.CreateQueueAsync("dead");
        var url = await world.CreateQueueAsync("orders", Redrive("dead", 1), ("VisibilityTimeout", "0"));
        const string Source = "arn:aws:sqs:eu-west-1:111122223333:dead";
        for (var number = 0; number < 3; number++)
            await world.SendAsync(url, $"{number}");
        await world.ReceiveAsync(url, 10);
        await world.ReceiveAsync(url, 10);
        (await world.CountsAsync(dead)).Visible.ShouldBe("3");

        await world.Api.StartMessageMoveTaskAsync(new() { SourceArn = Source }, Context);
        await world.WhenIdleAsync();

        (await world.CountsAsync(dead)).Visible.ShouldBe("0");
        (await world.CountsAsync(url)).Visible.ShouldBe("3");
        var task = (
            await world.Api.ListMessageMoveTasksAsync(new() { SourceArn = Source }, Context)
        ).Results!.ShouldHaveSingleItem();
        (task.Status, task.ApproximateNumberOfMessagesMoved, task.ApproximateNumberOfMessagesToMove).ShouldBe(
            ("COMPLETED", 3, 3)
        );
        var source = "arn:aws:sqs:eu-west-1:111122223333:orders";
        (
            await ErrorOfAsync(() => world.Api.StartMessageMoveTaskAsync(new() { SourceArn = source }, Context))
        ).Message.ShouldBe("Source queue must be configured as a Dead Letter Queue.");
    }

    [Theory]
    [InlineData(
        0,
        null,
        null,
        "Value 0 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided."
    )]
    [InlineData(
        11,
        null,
        null,
        "Value 11 for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided."
    )]
    [InlineData(
        1,
        21,
        null,
        "Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided."
    )]
    [InlineData(
        1,
        null,
        43201,
        "Value 43201 for parameter VisibilityTimeout is invalid. Reason: Must be >= 0 and <= 43200, if provided."
    )]
    public async Task A_receive_that_cannot_be_takes_nothing(int most, int? wait, int? visibility, string message)
    {
        await using var world = await CreateAsync();
        var url = await world.CreateQueueAsync();
        await world.SendAsync(url, "hello");

        var error = await ErrorOfAsync(() =>
            world.ReceiveAsync(url, most, request =>
                request with
                {
                    WaitTimeSeconds = wait,
                    VisibilityTimeout = visibility,
                }
            )
        );

        error.ShouldBe(("InvalidParameterValueException", "InvalidParameterValue", message));
        (await world.CountsAsync(url)).ShouldBe(("1", "0", "0"));
    }

    [Theory]
    [InlineData("AWS.name", "String", "x")]
    [InlineData("amazon.name", "String", "x")]
    [InlineData(".name", "String", "x")]
    [InlineData("na..me", "String", "x")]
    [InlineData("na me", "String", "x")]
    [InlineData("name", "", "x")]
    [InlineData("name", "Text", "x")]
    [InlineData("name", "Number", "many")]
    [InlineData("name", "String", "")]
    [InlineData("name", "Binary", "x")]
    public async Task An_attribute_that_no_message_may_have_is_refused(string name, string type, string value)
    {
        await using var world = await CreateAsync();
        var url = await world.CreateQueueAsync();

        (await ErrorOfAsync(() => SendWithAsync(world, url, name, type, value))).Query.ShouldBe(
            "InvalidParameterValue"
        );
        (await world.CountsAsync(url)).Visible.ShouldBe("0");
    }

    [Fact]
    public async Task A_message_has_a_largest_size_and_characters_that_it_may_have()
    {
        await using var world = await CreateAsync();
        var url = await world.CreateQueueAsync("orders", ("MaximumMessageSize", "1024"));

        await world.SendAsync(url, new string('x', 1024));
        (await ErrorOfAsync(() => world.SendAsync(url, new string('x', 1023) + "é"))).ShouldBe(
            (
                "InvalidParameterValueException",
                "InvalidParameterValue",
                "One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes."
            )
        );
        (await ErrorOfAsync(() => world.SendAsync(url, "a\u0000b"))).Json.ShouldBe("InvalidMessageContents");
        (await ErrorOfAsync(() => world.SendAsync(url, ""))).Query.ShouldBe("MissingParameter");
        (await ErrorOfAsync(() => world.SendAsync(url, "x", it => it with { DelaySeconds = 901 }))).Query.ShouldBe(
            "InvalidParameterValue"
        );
        (await world.CountsAsync(url)).Visible.ShouldBe("1");
    }

    [Fact]
    public async Task Queues_that_are_full_say_so()
    {
        await using var world = await CreateAsync(options => options with { MostMessages = 1 });
        var url = await world.CreateQueueAsync();
        await world.SendAsync(url, "one");

        (await ErrorOfAsync(() => world.SendAsync(url, "two"))).Json.ShouldBe("OverLimit");
        await world.DeleteAsync(url, (await world.ReceiveAsync(url)).Single().ReceiptHandle!);
        await world.SendAsync(url, "two");
    }

    private static (string, string) Redrive(string target, int most) =>
        (
            "RedrivePolicy",
            $$"""{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:111122223333:{{target}}","maxReceiveCount":"{{most}}"}"""
        );

    private static Task<SendMessageResult> SendWithAsync(
        MessagingWorld world,
        string url,
        string name,
        string type,
        string value
    ) => world.SendAsync(url, "hello", request => request with { MessageAttributes = new Dictionary<
                    string,
                    MessageAttributeValue
                >
                {
                    [name] = new() { DataType = type, StringValue = value },
                } });
}
