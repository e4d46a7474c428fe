using Estiba.Contracts.Sqs;
using static Estiba.Messaging.Tests.MessagingWorld;

namespace Estiba.Messaging.Tests.Messages;

public sealed class BatchTests
{
    [Fact]
    public async Task Of_a_batch_each_entry_succeeds_or_fails_by_itself()
    {
        await using var world = await CreateAsync();
        var url = await world.CreateQueueAsync();

        var sent = await SendAsync(world, url, Entry("a", "one"), Entry("b", ""), Entry("c", "three"));
        var received = await world.ReceiveAsync(url, 10);
        var deleted = await world.Api.DeleteMessageBatchAsync(
            new DeleteMessageBatchRequest
            {
                QueueUrl = url,
                Entries =
                [
                    new() { Id = "a", ReceiptHandle = received[0].ReceiptHandle },
                    new() { Id = "b", ReceiptHandle = "none" },
                ],
            },
            Context
        );
        var changed = await world.Api.ChangeMessageVisibilityBatchAsync(
            new ChangeMessageVisibilityBatchRequest
            {
                QueueUrl = url,
                Entries =
                [
                    new()
                    {
                        Id = "c",
                        ReceiptHandle = received[1].ReceiptHandle,
                        VisibilityTimeout = 0,
                    },
                    new()
                    {
                        Id = "a",
                        ReceiptHandle = received[0].ReceiptHandle,
                        VisibilityTimeout = 0,
                    },
                ],
            },
            Context
        );

        sent.Successful!.Select(entry => (entry.Id, entry.MD5OfMessageBody))
            .ShouldBe([("a", "f97c5d29941bfb1b2fdab0874906ab82"), ("c", "35d6d33467aae9a2e3dccb4b6b027878")]);
        sent.Failed!.Select(entry => (entry.Id, entry.Code, entry.SenderFault))
            .ShouldBe([("b", "MissingParameter", true)]);
        deleted.Successful!.Select(entry => entry.Id).ShouldBe(["a"]);
        deleted.Failed!.Select(entry => (entry.Id, entry.Code)).ShouldBe([("b", "ReceiptHandleIsInvalid")]);
        changed.Successful!.Select(entry => entry.Id).ShouldBe(["c"]);
        changed.Failed!.Select(entry => (entry.Id, entry.Code)).ShouldBe([("a", "InvalidParameterValue")]);
        (await world.CountsAsync(url)).ShouldBe(("1", "0", "0"));
    }

    [Fact]
    public async Task A_batch_that_cannot_be_sends_nothing()
    {
        await using var world = await CreateAsync();
        var url = await world.CreateQueueAsync();
        async Task<(string, string, string)> RefusedAsync(params SendMessageBatchRequestEntry[] entries) =>
            await ErrorOfAsync(() => SendAsync(world, url, entries));

        (await RefusedAsync()).ShouldBe(
            (
                "EmptyBatchRequest",
                "AWS.SimpleQueueService.EmptyBatchRequest",
                "There should be at least one SendMessageBatchRequestEntry in the request."
            )
        );
        (await RefusedAsync([.. Enumerable.Range(0, 11).Select(number => Entry($"{number}", "x"))])).ShouldBe(
            (
                "TooManyEntriesInBatchRequest",
                "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
                "Maximum number of entries per request are 10. You have sent 11."
            )
        );
        (await RefusedAsync(Entry("a", "x"), Entry("a", "y"))).ShouldBe(
            ("BatchEntryIdsNotDistinct", "AWS.SimpleQueueService.BatchEntryIdsNotDistinct", "Id a repeated.")
        );
        (await RefusedAsync(Entry("a b", "x"))).Item2.ShouldBe("AWS.SimpleQueueService.InvalidBatchEntryId");
        (await RefusedAsync(Entry("a", new string('x', 600_000)), Entry("b", new string('x', 600_000)))).ShouldBe(
            (
                "BatchRequestTooLong",
                "AWS.SimpleQueueService.BatchRequestTooLong",
                "Batch requests cannot be longer than 1048576 bytes. You have sent 1200000 bytes."
            )
        );
        (await world.CountsAsync(url)).Visible.ShouldBe("0");
    }

    private static SendMessageBatchRequestEntry Entry(string id, string body) => new() { Id = id, MessageBody = body };

    private static Task<SendMessageBatchResult> SendAsync(
        MessagingWorld world,
        string url,
        params SendMessageBatchRequestEntry[] entries
    ) => world.Api.SendMessageBatchAsync(new SendMessageBatchRequest { QueueUrl = url, Entries = entries }, Context);
}
