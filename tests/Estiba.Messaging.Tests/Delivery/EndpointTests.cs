using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Estiba.Contracts.Sns;
using Microsoft.AspNetCore.Http;
using static Estiba.Messaging.Tests.MessagingWorld;

namespace Estiba.Messaging.Tests.Delivery;

public sealed class EndpointTests
{
    [Fact]
    public async Task A_subscriber_confirms_with_the_token_that_it_is_sent_and_then_gets_what_is_published()
    {
        await using var world = await CreateAsync();
        await using var subscriber = await Subscriber.StartAsync();
        var topic = await world.CreateTopicAsync();
        var arn = await world.SubscribeAsync(topic, "http", subscriber.Url + "/hook");
        await world.PublishAsync(topic, "too early");

        var asked = subscriber.Posts.ShouldHaveSingleItem();
        var confirmed = await ConfirmAsync(world, subscriber, topic);
        var published = await world.PublishAsync(topic, "hello", request => request with { Subject = "Greeting" });

        (asked.Path, asked.Headers["x-amz-sns-message-type"], asked.Headers["Content-Type"]).ShouldBe(
            ("/hook", "SubscriptionConfirmation", "text/plain; charset=UTF-8")
        );
        asked
            .Text("SubscribeURL")
            .ShouldBe(
                "http://localhost:4566/?Action=ConfirmSubscription&Version=2010-03-31&TopicArn="
                    + $"{Uri.EscapeDataString(topic)}&Token={asked.Text("Token")}"
            );
        confirmed.ShouldBe(arn);
        var got = subscriber.Posts[^1];
        subscriber.Posts.Count.ShouldBe(2);
        got.Headers["User-Agent"].ShouldBe("Amazon Simple Notification Service Agent");
        got.Headers["x-amz-sns-message-type"].ShouldBe("Notification");
        got.Headers["x-amz-sns-message-id"].ShouldBe(published.MessageId);
        got.Headers["x-amz-sns-topic-arn"].ShouldBe(topic);
        got.Headers["x-amz-sns-subscription-arn"].ShouldBe(arn);
        (got.Text("Type"), got.Text("Message"), got.Text("Subject"), got.Text("Timestamp")).ShouldBe(
            ("Notification", "hello", "Greeting", "2026-05-06T07:08:09.000Z")
        );
    }

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public async Task A_subscriber_can_prove_whose_a_notification_is(string version)
    {
        await using var world = await CreateAsync();
        await using var subscriber = await Subscriber.StartAsync();
        var topic = await world.CreateTopicAsync("news", ("SignatureVersion", version));
        await world.SubscribeAsync(topic, "http", subscriber.Url);
        await world.WhenIdleAsync();
        await ConfirmAsync(world, subscriber, topic);

        await world.RestartAsync();
        await world.PublishAsync(topic, "hello\nworld");

        var (asked, got) = (subscriber.Posts[0], subscriber.Posts[^1]);
        got.Text("SignatureVersion").ShouldBe(version);
        // The fields and their order are AWS's ("Verifying the signatures of Amazon SNS messages").
        await ShouldBeSignedAsync(world, got, ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"]);
        await ShouldBeSignedAsync(
            world,
            asked,
            ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
        );
    }

    [Fact]
    public async Task A_delivery_that_fails_is_tried_again_as_often_as_AWS_does()
    {
        await using var world = await CreateAsync();
        await using var subscriber = await Subscriber.StartAsync();
        var topic = await ConfirmedAsync(world, subscriber);
        subscriber.AnswerWith(500, 503, 429, 500);

        await world.PublishAsync(topic, "hello");
        for (var attempt = 0; attempt < 5; attempt++)
        {
            world.Time.Advance(TimeSpan.FromSeconds(20));
            await world.WhenIdleAsync();
        }

        // Once, and three times after twenty seconds each; then it is given up.
        subscriber.Posts.Count(post => post.Body.Contains("hello", StringComparison.Ordinal)).ShouldBe(4);
        NothingIsLeft(world);
    }

    [Fact]
    public async Task A_delivery_policy_says_how_often_and_as_what()
    {
        await using var world = await CreateAsync();
        await using var subscriber = await Subscriber.StartAsync();
        var topic = await ConfirmedAsync(
            world,
            subscriber,
            (
                "DeliveryPolicy",
                """
                {"healthyRetryPolicy":{"numRetries":1,"numNoDelayRetries":1},"requestPolicy":{"headerContentType":"application/json"}}
                """
            )
        );
        subscriber.AnswerWith(500, 500, 500);

        await world.PublishAsync(topic, "hello");

        subscriber.Posts.Count(post => post.Headers["Content-Type"] == "application/json").ShouldBe(3);
        NothingIsLeft(world);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(302)]
    public async Task What_a_subscriber_refuses_goes_to_the_dead_letter_queue_and_nowhere_else(int status)
    {
        await using var world = await CreateAsync();
        await using var subscriber = await Subscriber.StartAsync();
        var dead = await world.CreateQueueAsync("dead");
        var topic = await ConfirmedAsync(
            world,
            subscriber,
            ("RedrivePolicy", $$"""{"deadLetterTargetArn":"{{QueueArn("dead")}}"}""")
        );
        subscriber.AnswerWith(status);

        await world.PublishAsync(topic, "hello");

        (await world.BodiesAsync(dead)).ShouldHaveSingleItem().ShouldContain("\"Message\":\"hello\"");
        subscriber.Posts.ShouldAllBe(post => post.Path == "/");
        NothingIsLeft(world);
    }

    [Fact]
    public async Task Raw_delivery_is_the_message_alone()
    {
        await using var world = await CreateAsync();
        await using var subscriber = await Subscriber.StartAsync();
        var topic = await ConfirmedAsync(world, subscriber, ("RawMessageDelivery", "true"));

        await world.PublishAsync(topic, "hello");

        (subscriber.Posts[^1].Body, subscriber.Posts[^1].Headers["x-amz-sns-rawdelivery"]).ShouldBe(("hello", "true"));
    }

    [Fact]
    public async Task A_subscriber_that_does_not_answer_keeps_no_other_waiting()
    {
        await using var world = await CreateAsync();
        await using var slow = await Subscriber.StartAsync();
        await using var quick = await Subscriber.StartAsync();
        var queue = await world.CreateQueueAsync();
        var topic = await ConfirmedAsync(world, slow);
        await world.SubscribeAsync(topic, "http", quick.Url);
        await world.WhenIdleAsync();
        await ConfirmAsync(world, quick, topic);
        await world.SubscribeAsync(topic, "sqs", QueueArn("orders"));
        slow.Hangs = true;

        await world.Sns.PublishAsync(new PublishInput { TopicArn = topic, Message = "hello" }, Context);

        await EventuallyAsync(() => quick.Posts.Any(post => post.Body.Contains("hello", StringComparison.Ordinal)));
        await EventuallyAsync(() => slow.Posts.Any(post => post.Body.Contains("hello", StringComparison.Ordinal)));
        IReadOnlyList<Estiba.Contracts.Sqs.Message> received = [];
        await EventuallyAsync(async () => (received = await world.ReceiveAsync(queue)).Count == 1);
        received.Single().Body!.ShouldContain("hello");
        // It is given up after fifteen seconds, and tried again.
        slow.Hangs = false;
        world.Time.Advance(TimeSpan.FromSeconds(15));
        await world.WhenIdleAsync();
        world.Time.Advance(TimeSpan.FromSeconds(20));
        await world.WhenIdleAsync();
        slow.Posts.Count(post => post.Body.Contains("hello", StringComparison.Ordinal)).ShouldBe(2);
        NothingIsLeft(world);
    }

    [Fact]
    public async Task What_was_published_before_a_restart_is_delivered_after_it()
    {
        await using var world = await CreateAsync();
        await using var subscriber = await Subscriber.StartAsync();
        var topic = await ConfirmedAsync(world, subscriber);
        subscriber.AnswerWith(500);
        await world.PublishAsync(topic, "hello");

        await world.RestartAsync();
        world.Time.Advance(TimeSpan.FromSeconds(20));
        await world.WhenIdleAsync();

        subscriber.Posts.Count(post => post.Body.Contains("hello", StringComparison.Ordinal)).ShouldBe(2);
        NothingIsLeft(world);
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://169.254.170.2/v2/credentials")]
    [InlineData("http://[fe80::1]/")]
    [InlineData("http://[fd00:ec2::254]/")]
    [InlineData("http://[::ffff:169.254.169.254]/")]
    [InlineData("http://0.0.0.0/")]
    [InlineData("http://2852039166/")]
    [InlineData("http://0xa9fea9fe/")]
    public async Task Nobody_is_sent_to_where_a_machine_keeps_its_credentials(string url)
    {
        await using var world = await CreateAsync();
        var topic = await world.CreateTopicAsync();

        (await ErrorOfAsync(() => world.SubscribeAsync(topic, "http", url))).Json.ShouldBe("InvalidParameter");
        (await world.Sns.ListSubscriptionsAsync(new ListSubscriptionsInput(), Context)).Subscriptions.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_subscription_that_nobody_confirms_is_forgotten()
    {
        await using var world = await CreateAsync();
        await using var subscriber = await Subscriber.StartAsync();
        var topic = await world.CreateTopicAsync();
        await world.SubscribeAsync(topic, "http", subscriber.Url);
        await world.WhenIdleAsync();
        var token = subscriber.Posts.Single().Text("Token");
        Task ConfirmAsync(string with) =>
            world.Sns.ConfirmSubscriptionAsync(
                new ConfirmSubscriptionInput { TopicArn = topic, Token = with },
                Context
            );

        (await ErrorOfAsync(() => ConfirmAsync("none"))).ShouldBe(
            ("InvalidParameter", "InvalidParameter", "Invalid parameter: Token")
        );
        world.Time.Advance(TimeSpan.FromDays(2) + TimeSpan.FromSeconds(1));
        (await ErrorOfAsync(() => ConfirmAsync(token))).Json.ShouldBe("InvalidParameter");
        await world.CleanAsync();

        (await world.Sns.ListSubscriptionsAsync(new ListSubscriptionsInput(), Context)).Subscriptions.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_links_in_a_message_need_no_credentials_unless_the_subscriber_says_so()
    {
        await using var world = await CreateAsync();
        await using var subscriber = await Subscriber.StartAsync();
        var topic = await world.CreateTopicAsync();
        var anonymous = Context with { AccountId = "000000000000", PrincipalArn = "anonymous", AccessKeyId = "" };
        async Task<string> SubscribedAsync(string path, bool withCredentials)
        {
            await world.SubscribeAsync(topic, "http", subscriber.Url + path);
            await world.WhenIdleAsync();
            var request = new ConfirmSubscriptionInput
            {
                TopicArn = topic,
                Token = subscriber.Posts[^1].Text("Token"),
                AuthenticateOnUnsubscribe = "true",
            };
            var who = withCredentials ? Context : anonymous;
            return (await world.Sns.ConfirmSubscriptionAsync(request, who)).SubscriptionArn!;
        }

        var (open, closed) = (await SubscribedAsync("/open", false), await SubscribedAsync("/closed", true));
        Task UnsubscribeAsync(string arn, Estiba.Contracts.CallContext who) =>
            world.Sns.UnsubscribeAsync(new UnsubscribeInput { SubscriptionArn = arn }, who);

        await UnsubscribeAsync(open, anonymous);
        (await ErrorOfAsync(() => UnsubscribeAsync(closed, anonymous))).Json.ShouldBe("AuthorizationError");
        (await ErrorOfAsync(() => UnsubscribeAsync(closed, In("999988887777", "eu-west-1")))).Json.ShouldBe(
            "AuthorizationError"
        );
        await UnsubscribeAsync(closed, Context);
        await UnsubscribeAsync(closed, Context);

        (await world.Sns.ListSubscriptionsAsync(new ListSubscriptionsInput(), Context)).Subscriptions.ShouldBeEmpty();
    }

    private static async Task<string> ConfirmedAsync(
        MessagingWorld world,
        Subscriber subscriber,
        params (string Name, string Value)[] attributes
    )
    {
        var topic = await world.CreateTopicAsync();
        await world.SubscribeAsync(topic, "http", subscriber.Url, attributes);
        await world.WhenIdleAsync();
        await ConfirmAsync(world, subscriber, topic);
        return topic;
    }

    private static async Task<string> ConfirmAsync(MessagingWorld world, Subscriber subscriber, string topic) =>
        (
            await world.Sns.ConfirmSubscriptionAsync(
                new ConfirmSubscriptionInput { TopicArn = topic, Token = subscriber.Posts[0].Text("Token") },
                Context
            )
        ).SubscriptionArn!;

    private static async Task ShouldBeSignedAsync(MessagingWorld world, Subscriber.Post post, string[] fields)
    {
        var text = new StringBuilder();
        foreach (var field in fields)
        {
            if (post.Json.TryGetProperty(field, out var value))
                text.Append(field).Append('\n').Append(value.GetString()).Append('\n');
        }

        var path = world.Paths.ShouldHaveSingleItem();
        var http = new DefaultHttpContext();
        http.Request.Method = "GET";
        http.Request.Path = new Uri(post.Text("SigningCertURL")).AbsolutePath;
        http.Response.Body = new MemoryStream();
        await path.Handle(http, null);
        http.Response.StatusCode.ShouldBe(200);
        var pem = Encoding.ASCII.GetString(((MemoryStream)http.Response.Body).ToArray());
        using var certificate = X509Certificate2.CreateFromPem(pem);
        using var key = certificate.GetRSAPublicKey()!;
        key.VerifyData(
                Encoding.UTF8.GetBytes(text.ToString()),
                Convert.FromBase64String(post.Text("Signature")),
                post.Text("SignatureVersion") == "2" ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1,
                RSASignaturePadding.Pkcs1
            )
            .ShouldBeTrue();
    }

    private static void NothingIsLeft(MessagingWorld world)
    {
        world.Store.Current.Count(SnsTables.Deliveries).ShouldBe(0);
        world.Store.Current.Count(SnsTables.Notifications).ShouldBe(0);
    }

    private static Task EventuallyAsync(Func<bool> isSo) => EventuallyAsync(() => Task.FromResult(isSo()));

    private static async Task EventuallyAsync(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!await isSo())
            await Task.Delay(TimeSpan.FromMilliseconds(10), patience.Token);
    }
}
