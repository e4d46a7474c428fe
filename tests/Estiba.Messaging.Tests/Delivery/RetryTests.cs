using Estiba.Contracts;
using Estiba.Messaging.Delivery;
using Estiba.Messaging.Notifications;
using Estiba.Messaging.Subscriptions;

namespace Estiba.Messaging.Tests.Delivery;

public sealed class RetryTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(3, 0)]
    [InlineData(4, 1)]
    [InlineData(5, 1)]
    [InlineData(6, 1)]
    [InlineData(15, 20)]
    [InlineData(16, 20)]
    [InlineData(100_015, 20)]
    [InlineData(100_016, null)]
    public void A_queue_is_tried_as_often_as_AWS_does(int failures, int? seconds)
    {
        var wait = DeliveryRetries.OfQueues.WaitAfter(failures)?.TotalSeconds;

        (wait is null ? (double?)null : Math.Round(wait.Value, 3)).ShouldBe(seconds);
    }

    [Theory]
    [InlineData("linear", new[] { 10.0, 20, 30, 40, 50 })]
    [InlineData("arithmetic", new[] { 10.0, 12.5, 20, 32.5, 50 })]
    [InlineData("geometric", new[] { 10.0, 12.6667, 18, 28.6667, 50 })]
    [InlineData("exponential", new[] { 10.0, 14.9535, 22.3607, 33.4370, 50 })]
    public void Waits_grow_from_the_least_to_the_most(string function, double[] seconds)
    {
        var retries = DeliveryRetries.Parse(
            $$$$"""
            {"http":{"defaultHealthyRetryPolicy":{"minDelayTarget":10,"maxDelayTarget":50,"numRetries":5,"backoffFunction":"{{{{function}}}}"}}}
            """
        );

        for (var failure = 1; failure <= seconds.Length; failure++)
            retries.WaitAfter(failure)!.Value.TotalSeconds.ShouldBe(seconds[failure - 1], tolerance: 0.001);
        retries.WaitAfter(6).ShouldBeNull();
    }

    [Theory]
    [InlineData("http://169.254.169.254/")]
    [InlineData("http://[::ffff:169.254.170.2]/")]
    public async Task Nothing_connects_to_where_a_machine_keeps_its_credentials_whatever_was_subscribed(string url)
    {
        using var sender = new EndpointSender(TimeProvider.System);
        var scope = new Scope("111122223333", "eu-west-1");
        var subscription = new SubscriptionRecord
        {
            Scope = scope,
            Topic = "news",
            Id = "id",
            Protocol = "http",
            Endpoint = url,
            Principal = "",
            CreatedAt = DateTimeOffset.UnixEpoch,
        };
        var notification = new NotificationRecord
        {
            Key = "key",
            Scope = scope,
            Type = NotificationType.Notification,
            MessageId = "id",
            TopicArn = subscription.TopicArn,
            Message = "hello",
            PublishedAt = DateTimeOffset.UnixEpoch,
            SignatureVersion = "1",
        };

        var outcome = await sender.SendAsync(subscription, notification, "hello", null, CancellationToken.None);

        (outcome.IsDone, outcome.MayWorkLater).ShouldBe((false, false));
        outcome.Reason.ShouldEndWith("has no address that notifications may be sent to.");
    }
}
