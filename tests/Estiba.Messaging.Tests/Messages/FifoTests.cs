using Estiba.Contracts.Sqs;
using static Estiba.Messaging.Tests.MessagingWorld;

namespace Estiba.Messaging.Tests.Messages;

public sealed class FifoTests
{
    [Fact]
    public async Task A_group_is_received_in_its_order_and_not_while_one_of_it_is_in_flight()
    {
        await using var world = await CreateAsync();
        var url = await world.CreateFifoAsync();
        foreach (var (group, body) in new[] { ("a", "a1"), ("b", "b1"), ("a", "a2"), ("a", "a3") })
        {
            await world.SendToGroupAsync(url, group, body);
            world.Time.Advance(TimeSpan.FromMilliseconds(1));
        }

        var first = (await world.ReceiveAsync(url)).Single();
        (await world.BodiesAsync(url)).ShouldBe(["b1"]);
        await world.DeleteAsync(url, first.ReceiptHandle!);
        var rest = await world.ReceiveAsync(url, 10);
        await world.SendToGroupAsync(url, "a", "a4");

        first.Body.ShouldBe("a1");
        first.Attributes!["MessageGroupId"].ShouldBe("a");
        rest.Select(message => message.Body).ShouldBe(["a2", "a3"]);
        (await world.BodiesAsync(url)).ShouldBeEmpty();
        await world.DeleteAsync(url, rest[0].ReceiptHandle!);
        (await world.BodiesAsync(url)).ShouldBeEmpty();
        await world.ChangeVisibilityAsync(url, rest[1].ReceiptHandle!, 0);
        (await world.BodiesAsync(url)).ShouldBe(["a3", "a4"]);
    }

    [Fact]
    public async Task What_comes_back_comes_before_what_was_sent_later()
    {
        await using var world = await CreateAsync();
        var url = await world.CreateFifoAsync("orders.fifo", ("VisibilityTimeout", "5"));
        await world.SendToGroupAsync(url, "a", "a1");
        await world.SendToGroupAsync(url, "a", "a2");
        var late = (await world.ReceiveAsync(url)).Single();

        world.Time.Advance(TimeSpan.FromSeconds(5));

        (await ErrorOfAsync(() => world.DeleteAsync(url, late.ReceiptHandle!))).Message.ShouldEndWith(
            "for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired."
        );
        (await world.BodiesAsync(url)).ShouldBe(["a1", "a2"]);
    }

    [Fact]
    public async Task What_is_sent_twice_within_five_minutes_is_there_once()
    {
        await using var world = await CreateAsync();
        var url = await world.CreateFifoAsync("orders.fifo", ("ContentBasedDeduplication", "true"));
        Task<SendMessageResult> SendAsync(string body, string? id = null) =>
            world.SendAsync(url, body, it => it with { MessageGroupId = "a", MessageDeduplicationId = id });

        var (first, second) = (await SendAsync("one"), await SendAsync("one"));
        var other = await SendAsync("two");
        await SendAsync("three", "id");
        await SendAsync("four", "id");
        await world.RestartAsync();
        world.Time.Advance(TimeSpan.FromSeconds(299));
        await SendAsync("one");
        world.Time.Advance(TimeSpan.FromSeconds(1));
        await SendAsync("one");

        (second.MessageId, second.SequenceNumber).ShouldBe((first.MessageId, first.SequenceNumber));
        first.SequenceNumber!.Length.ShouldBe(20);
        string.CompareOrdinal(other.SequenceNumber, first.SequenceNumber).ShouldBePositive();
        (await world.BodiesAsync(url)).ShouldBe(["one", "two", "three", "one"]);
        world.Time.Advance(TimeSpan.FromMinutes(6));
        await world.CleanAsync();
        world.Store.Current.Count(MessagingTables.Sent).ShouldBe(0);
    }

    [Fact]
    public async Task Deduplication_may_be_a_groups_own()
    {
        await using var world = await CreateAsync();
        var url = await world.CreateFifoAsync("orders.fifo", ("DeduplicationScope", "messageGroup"));
        foreach (var group in new[] { "a", "b", "a" })
            await world.SendAsync(url, group, it => it with { MessageGroupId = group, MessageDeduplicationId = "id" });

        (await world.BodiesAsync(url)).ShouldBe(["a", "b"], ignoreOrder: true);
    }

    [Fact]
    public async Task What_a_FIFO_queue_needs_or_cannot_have_is_said()
    {
        await using var world = await CreateAsync();
        var (fifo, standard) = (await world.CreateFifoAsync(), await world.CreateQueueAsync());
        Task SendAsync(string url, string? group, string? id, int? delay = null) =>
            world.SendAsync(url, "x", it =>
                it with
                {
                    MessageGroupId = group,
                    MessageDeduplicationId = id,
                    DelaySeconds = delay,
                }
            );

        (await ErrorOfAsync(() => SendAsync(fifo, null, "id"))).ShouldBe(
            (
                "MissingRequiredParameterException",
                "MissingParameter",
                "The request must contain the parameter MessageGroupId."
            )
        );
        (await ErrorOfAsync(() => SendAsync(fifo, "a", null))).Message.ShouldBe(
            "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided "
                + "explicitly"
        );
        (await ErrorOfAsync(() => SendAsync(fifo, "a", "id", 5))).Query.ShouldBe("InvalidParameterValue");
        (await ErrorOfAsync(() => SendAsync(fifo, "with space", "id"))).Query.ShouldBe("InvalidParameterValue");
        (await ErrorOfAsync(() => SendAsync(standard, null, "id"))).Query.ShouldBe("InvalidParameterValue");
        // A group of a standard queue is told, and keeps no order ("fair queues").
        await SendAsync(standard, "a", null);
        (await world.CountsAsync(fifo)).Visible.ShouldBe("0");
        (await world.ReceiveAsync(standard)).Single().Attributes!["MessageGroupId"].ShouldBe("a");
    }

    [Fact]
    public async Task Dead_letters_free_their_group()
    {
        await using var world = await CreateAsync();
        var dead = await world.CreateFifoAsync("dead.fifo");
        var url = await world.CreateFifoAsync(
            "orders.fifo",
            ("VisibilityTimeout", "0"),
            (
                "RedrivePolicy",
                """{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:111122223333:dead.fifo","maxReceiveCount":1}"""
            )
        );
        await world.SendToGroupAsync(url, "a", "bad");
        await world.SendToGroupAsync(url, "a", "good");
        (await world.ReceiveAsync(url)).Single().Body.ShouldBe("bad");

        (await world.BodiesAsync(url)).ShouldBe(["good"]);

        (await world.BodiesAsync(dead)).ShouldBe(["bad"]);
    }
}
