using Estiba.Contracts;
using Estiba.Contracts.Sqs;
using static Estiba.Messaging.Tests.MessagingWorld;

namespace Estiba.Messaging.Tests.Queues;

public sealed class QueueTests
{
    private const string Arn = "arn:aws:sqs:eu-west-1:111122223333:orders";

    [Fact]
    public async Task A_queue_has_the_attributes_that_AWS_gives_it()
    {
        await using var world = await CreateAsync();
        var url = await world.CreateQueueAsync();

        (await world.AttributesAsync(url)).ShouldBe(
            new Dictionary<string, string>
            {
                ["ApproximateNumberOfMessages"] = "0",
                ["ApproximateNumberOfMessagesDelayed"] = "0",
                ["ApproximateNumberOfMessagesNotVisible"] = "0",
                ["CreatedTimestamp"] = "1778051289",
                ["DelaySeconds"] = "0",
                ["LastModifiedTimestamp"] = "1778051289",
                ["MaximumMessageSize"] = "1048576",
                ["MessageRetentionPeriod"] = "345600",
                ["QueueArn"] = Arn,
                ["ReceiveMessageWaitTimeSeconds"] = "0",
                ["SqsManagedSseEnabled"] = "true",
                ["VisibilityTimeout"] = "30",
            },
            ignoreOrder: true
        );
        url.ShouldBe("http://localhost:4566/111122223333/orders");
    }

    [Fact]
    public async Task A_queues_url_has_the_host_that_the_client_calls()
    {
        await using var world = await CreateAsync();
        await world.CreateQueueAsync();
        var there = Context with { Origin = new CallOrigin(null, IsSecure: true, null) { Host = "estiba.lan:8443" } };

        var url = (await world.Api.GetQueueUrlAsync(new GetQueueUrlRequest { QueueName = "orders" }, there)).QueueUrl!;

        url.ShouldBe("https://estiba.lan:8443/111122223333/orders");
        // Whatever the host is called: the path names the queue.
        await world.SendAsync("http://127.0.0.1:4566/111122223333/orders", "hello");
        (await world.BodiesAsync(url)).ShouldBe(["hello"]);
    }

    [Fact]
    public async Task Making_a_queue_again_is_no_mistake_as_long_as_it_is_the_same()
    {
        await using var world = await CreateAsync();
        var url = await world.CreateQueueAsync("orders", ("VisibilityTimeout", "60"));

        (await world.CreateQueueAsync("orders", ("VisibilityTimeout", "60"), ("DelaySeconds", "0"))).ShouldBe(url);
        (await world.CreateQueueAsync("orders")).ShouldBe(url);
        (await ErrorOfAsync(() => world.CreateQueueAsync("orders", ("VisibilityTimeout", "61")))).ShouldBe(
            (
                "QueueNameExists",
                "QueueAlreadyExists",
                "A queue already exists with the same name and a different value for attribute VisibilityTimeout"
            )
        );
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("with space", null)]
    [InlineData("dotted.name", null)]
    [InlineData("orders.fifo", null)]
    [InlineData("orders", "true")]
    [InlineData(".fifo", "true")]
    public async Task A_name_that_no_queue_may_have_is_refused(string name, string? fifo)
    {
        await using var world = await CreateAsync();

        (
            await ErrorOfAsync(() => world.CreateQueueAsync(name, fifo is null ? [] : [("FifoQueue", fifo)]))
        ).Json.ShouldBe("InvalidParameterValueException");
        (await ErrorOfAsync(() => world.CreateQueueAsync(new string('n', 81)))).Query.ShouldBe("InvalidParameterValue");
        (await world.Api.ListQueuesAsync(new ListQueuesRequest(), Context)).QueueUrls.ShouldBeNull();
    }

    [Theory]
    [InlineData("VisibilityTimeout", "43201", "InvalidAttributeValue")]
    [InlineData("VisibilityTimeout", "many", "InvalidAttributeValue")]
    [InlineData("DelaySeconds", "901", "InvalidAttributeValue")]
    [InlineData("MaximumMessageSize", "1048577", "InvalidAttributeValue")]
    [InlineData("MaximumMessageSize", "1023", "InvalidAttributeValue")]
    [InlineData("MessageRetentionPeriod", "59", "InvalidAttributeValue")]
    [InlineData("MessageRetentionPeriod", "1209601", "InvalidAttributeValue")]
    [InlineData("ReceiveMessageWaitTimeSeconds", "21", "InvalidAttributeValue")]
    [InlineData("KmsDataKeyReusePeriodSeconds", "59", "InvalidAttributeValue")]
    [InlineData("SqsManagedSseEnabled", "maybe", "InvalidAttributeValue")]
    [InlineData("Policy", "none", "InvalidAttributeValue")]
    [InlineData("FifoQueue", "true", "InvalidAttributeValue")]
    [InlineData("ContentBasedDeduplication", "true", "InvalidAttributeName")]
    [InlineData("QueueArn", Arn, "InvalidAttributeName")]
    [InlineData("Colour", "red", "InvalidAttributeName")]
    [InlineData("RedrivePolicy", "none", "InvalidParameterValueException")]
    [InlineData("RedrivePolicy", """{"maxReceiveCount":3}""", "InvalidParameterValueException")]
    [InlineData(
        "RedrivePolicy",
        """{"maxReceiveCount":1001,"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:111122223333:dead"}""",
        "InvalidParameterValueException"
    )]
    [InlineData(
        "RedrivePolicy",
        """{"maxReceiveCount":3,"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:111122223333:absent"}""",
        "InvalidParameterValueException"
    )]
    [InlineData("RedriveAllowPolicy", """{"redrivePermission":"byQueue"}""", "InvalidParameterValueException")]
    public async Task An_attribute_that_a_queue_cannot_have_changes_nothing(string name, string value, string code)
    {
        await using var world = await CreateAsync();
        var url = await world.CreateQueueAsync();
        var before = await world.AttributesAsync(url);

        (await ErrorOfAsync(() => SetAsync(world, url, (name, value), ("DelaySeconds", "1")))).Json.ShouldBe(code);
        (await ErrorOfAsync(() => world.CreateQueueAsync("other", (name, value)))).Json.ShouldNotBeNull();

        (await world.AttributesAsync(url)).ShouldBe(before, ignoreOrder: true);
        (await world.Api.ListQueuesAsync(new ListQueuesRequest(), Context)).QueueUrls.ShouldBe([url]);
    }

    [Fact]
    public async Task An_empty_text_takes_a_policy_away()
    {
        await using var world = await CreateAsync();
        var url = await world.CreateQueueAsync("orders", ("Policy", "{}"), ("KmsMasterKeyId", "alias/aws/sqs"));
        var with = await world.AttributesAsync(url);

        await SetAsync(world, url, ("Policy", ""), ("KmsMasterKeyId", ""));

        (with["Policy"], with["SqsManagedSseEnabled"], with["KmsDataKeyReusePeriodSeconds"]).ShouldBe(
            ("{}", "false", "300")
        );
        var without = await world.AttributesAsync(url);
        without.ShouldNotContainKey("Policy");
        without["SqsManagedSseEnabled"].ShouldBe("true");
    }

    [Fact]
    public async Task Queues_are_listed_by_prefix_and_page()
    {
        await using var world = await CreateAsync();
        foreach (var name in new[] { "b1", "a2", "a1", "a3" })
            await world.CreateQueueAsync(name);
        var request = new ListQueuesRequest { QueueNamePrefix = "a", MaxResults = 2 };

        var first = await world.Api.ListQueuesAsync(request, Context);
        var second = await world.Api.ListQueuesAsync(request with { NextToken = first.NextToken }, Context);

        first.QueueUrls!.Concat(second.QueueUrls!).Select(url => url.Split('/')[^1]).ShouldBe(["a1", "a2", "a3"]);
        second.NextToken.ShouldBeNull();
        (
            await ErrorOfAsync(() => world.Api.ListQueuesAsync(request with { NextToken = "none" }, Context))
        ).Query.ShouldBe("InvalidParameterValue");
    }

    [Fact]
    public async Task What_is_not_there_or_somebody_elses_does_not_exist()
    {
        await using var world = await CreateAsync();
        var url = await world.CreateQueueAsync();
        var stranger = In("999988887777", "eu-west-1");
        (string, string, string) missing = (
            "QueueDoesNotExist",
            "AWS.SimpleQueueService.NonExistentQueue",
            "The specified queue does not exist."
        );

        (await ErrorOfAsync(() => world.SendAsync(url + "-2", "hello"))).ShouldBe(missing);
        (
            await ErrorOfAsync(() =>
                world.Api.ReceiveMessageAsync(new ReceiveMessageRequest { QueueUrl = url }, stranger)
            )
        ).ShouldBe(missing);
        (
            await ErrorOfAsync(() =>
                world.Api.GetQueueUrlAsync(new GetQueueUrlRequest { QueueName = "orders" }, stranger)
            )
        ).ShouldBe(missing);
        (await ErrorOfAsync(() => world.SendAsync("orders", "hello"))).Json.ShouldBe("InvalidAddress");
        (
            await ErrorOfAsync(() => world.Api.SendMessageAsync(new SendMessageRequest { QueueUrl = url }, Context))
        ).ShouldBe(
            (
                "MissingRequiredParameterException",
                "MissingParameter",
                "The request must contain the parameter MessageBody."
            )
        );
    }

    [Fact]
    public async Task A_queue_that_is_deleted_takes_its_messages_with_it()
    {
        await using var world = await CreateAsync();
        var url = await world.CreateQueueAsync();
        await world.SendAsync(url, "old");

        await world.Api.DeleteQueueAsync(new DeleteQueueRequest { QueueUrl = url }, Context);
        await world.CreateQueueAsync();
        await world.WhenIdleAsync();

        (await world.BodiesAsync(url)).ShouldBeEmpty();
        world.Store.Current.Count(MessagingTables.Messages).ShouldBe(0);
        world.Store.Current.Count(MessagingTables.Contents).ShouldBe(0);
    }

    [Fact]
    public async Task A_queue_is_purged_once_a_minute()
    {
        await using var world = await CreateAsync();
        var url = await world.CreateQueueAsync();
        for (var number = 0; number < 3; number++)
            await world.SendAsync(url, $"{number}");
        var taken = (await world.ReceiveAsync(url)).ShouldHaveSingleItem();
        Task PurgeAsync() => world.Api.PurgeQueueAsync(new PurgeQueueRequest { QueueUrl = url }, Context);

        await PurgeAsync();

        (await world.CountsAsync(url)).ShouldBe(("0", "0", "0"));
        await world.DeleteAsync(url, taken.ReceiptHandle!);
        (await ErrorOfAsync(PurgeAsync)).ShouldBe(
            (
                "PurgeQueueInProgress",
                "AWS.SimpleQueueService.PurgeQueueInProgress",
                "Only one PurgeQueue operation on orders is allowed every 60 seconds."
            )
        );
        world.Time.Advance(TimeSpan.FromSeconds(60));
        await PurgeAsync();
        await world.WhenIdleAsync();
        world.Store.Current.Count(MessagingTables.Contents).ShouldBe(0);
    }

    [Fact]
    public async Task Tags_are_put_and_taken()
    {
        await using var world = await CreateAsync();
        var url = await world.CreateQueueAsync();
        Task TagAsync(string key, string value) =>
            world.Api.TagQueueAsync(
                new TagQueueRequest
                {
                    QueueUrl = url,
                    Tags = new Dictionary<string, string> { [key] = value },
                },
                Context
            );

        await TagAsync("team", "shop");
        await TagAsync("stage", "test");
        await world.Api.UntagQueueAsync(new UntagQueueRequest { QueueUrl = url, TagKeys = ["team", "none"] }, Context);

        (await world.Api.ListQueueTagsAsync(new ListQueueTagsRequest { QueueUrl = url }, Context)).Tags.ShouldBe(
            new Dictionary<string, string> { ["stage"] = "test" }
        );
        (await ErrorOfAsync(() => TagAsync("aws:team", "x"))).Query.ShouldBe("InvalidParameterValue");
    }

    [Fact]
    public async Task Permissions_are_statements_of_the_policy()
    {
        await using var world = await CreateAsync();
        var url = await world.CreateQueueAsync();
        var request = new AddPermissionRequest
        {
            QueueUrl = url,
            Label = "senders",
            AWSAccountIds = ["444455556666"],
            Actions = ["SendMessage"],
        };

        await world.Api.AddPermissionAsync(request, Context);
        var policy = (await world.AttributesAsync(url))["Policy"];
        await world.Api.RemovePermissionAsync(new() { QueueUrl = url, Label = "senders" }, Context);

        policy.ShouldContain(
            $$"""{"Sid":"senders","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"SQS:SendMessage","Resource":"{{Arn}}"}"""
        );
        (await world.AttributesAsync(url)).ShouldNotContainKey("Policy");
        (
            await ErrorOfAsync(() => world.Api.AddPermissionAsync(request with { Actions = ["Fly"] }, Context))
        ).Query.ShouldBe("InvalidParameterValue");
    }

    private static Task SetAsync(MessagingWorld world, string url, params (string Name, string Value)[] attributes) =>
        world.Api.SetQueueAttributesAsync(
            new SetQueueAttributesRequest
            {
                QueueUrl = url,
                Attributes = attributes
                    .DistinctBy(each => each.Name)
                    .ToDictionary(each => each.Name, each => each.Value),
            },
            Context
        );
}
