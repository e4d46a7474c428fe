using System.Security.Cryptography;
using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.Sns;
using Estiba.Messaging.Messages;
using Estiba.Messaging.Notifications;
using Estiba.Messaging.Subscriptions;
using Estiba.Messaging.Topics;
using Estiba.State;

namespace Estiba.Messaging;

/// <content>Subscriptions and their attributes.</content>
public sealed partial class SnsApi
{
    private const int TokenBytes = 48;
    private const string NotConfirmed = "pending confirmation";
    private static readonly TimeSpan TokenLife = TimeSpan.FromDays(2);

    /// <inheritdoc/>
    public Task<SubscribeResponse> SubscribeAsync(
        SubscribeInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var (protocol, asked) = (request.Protocol!, request.Attributes ?? Nothing);
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TokenBytes));
        var (id, messageId) = (Guid.NewGuid().ToString("D"), Guid.NewGuid().ToString("D"));
        var attributes = SubscriptionAttributes.Merge(Nothing, asked);
        return _store.CommitAsync(
            transaction =>
            {
                var topic = TopicNames.Require(transaction, context, request.TopicArn);
                SubscriptionNames.CheckEndpoint(protocol, request.Endpoint, topic.IsFifo);
                var record = new SubscriptionRecord
                {
                    Scope = topic.Scope,
                    Topic = topic.Name,
                    Id = id,
                    Protocol = protocol,
                    Endpoint = request.Endpoint!,
                    Principal = context.PrincipalArn,
                    CreatedAt = _time.GetUtcNow(),
                    TokenDigest = protocol == SubscriptionProtocol.Sqs ? null : Digest(token),
                    WasAuthenticated = protocol == SubscriptionProtocol.Sqs,
                    Attributes = attributes,
                };
                if (Known(transaction, record) is { } known)
                {
                    if (
                        asked.Any(each =>
                            known.Attributes.GetValueOrDefault(each.Key, "") != Kept(attributes, each.Key)
                        )
                    )
                        throw Invalid("Attributes Reason: Subscription already exists with different attributes");
                    if (known.IsConfirmed)
                        return Answer(known, request);
                    // Asked again, it is asked to confirm again.
                    record = known with { TokenDigest = record.TokenDigest };
                }

                transaction.Put(SnsTables.Subscriptions, record);
                if (!record.IsConfirmed)
                    AskToConfirm(transaction, topic, record, token, messageId);
                return Answer(record, request);
            },
            cancellation
        );
    }

    /// <inheritdoc/>
    public Task<ConfirmSubscriptionResponse> ConfirmSubscriptionAsync(
        ConfirmSubscriptionInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        // Whoever has the token may confirm, with credentials or without: the ARN says whose topic it is.
        if (!Arn.TryParse(request.TopicArn!, out var arn))
            throw Invalid("TopicArn");
        var scope = new Scope(arn.AccountId, arn.Region);
        var digest = Digest(request.Token!);
        return _store.CommitAsync(
            transaction =>
            {
                var topic = TopicNames.Find(transaction, scope, request.TopicArn)
                    ?? throw SnsErrors.NotFoundException("Topic does not exist");
                var subscription = transaction
                    .Range(SnsTables.Subscriptions, topic.Prefix)
                    .FirstOrDefault(each => each.TokenDigest == digest);
                if (subscription is null || _time.GetUtcNow() - subscription.CreatedAt > TokenLife)
                    throw Invalid("Token");
                var confirmed = subscription with
                {
                    TokenDigest = null,
                    WasAuthenticated = !IsAnonymous(context),
                    AuthenticatesUnsubscribe = request.AuthenticateOnUnsubscribe == "true" && !IsAnonymous(context),
                };
                transaction.Put(SnsTables.Subscriptions, confirmed);
                return new ConfirmSubscriptionResponse { SubscriptionArn = confirmed.Arn };
            },
            cancellation
        );
    }

    /// <inheritdoc/>
    public Task<UnsubscribeResponse> UnsubscribeAsync(
        UnsubscribeInput request,
        CallContext context,
        CancellationToken cancellation
    ) =>
        _store.CommitAsync(
            transaction =>
            {
                // The link in a message has no credentials, and says of whom it is.
                if (SubscriptionNames.Find(transaction, request.SubscriptionArn!) is not { } subscription)
                    return new UnsubscribeResponse();
                if (
                    IsAnonymous(context)
                        ? subscription.AuthenticatesUnsubscribe
                        : subscription.Scope != Scope.Of(context)
                )
                    throw SnsErrors.AuthorizationErrorException("Not authorized to perform: SNS:Unsubscribe");
                transaction.Delete(SnsTables.Subscriptions, subscription.Key);
                if (transaction.Find(SnsTables.Topics, subscription.Scope.Key(subscription.Topic)) is { } topic)
                    transaction.Put(SnsTables.Topics, topic with { Unsubscribed = topic.Unsubscribed + 1 });
                return new UnsubscribeResponse();
            },
            cancellation
        );

    /// <inheritdoc/>
    public Task<ListSubscriptionsResponse> ListSubscriptionsAsync(
        ListSubscriptionsInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var (subscriptions, next) = Page(
            after => _store.Current.Range(SnsTables.Subscriptions, Scope.Of(context).Prefix, after),
            subscription => subscription.Key,
            request.NextToken,
            request,
            context
        );
        return Task.FromResult(
            new ListSubscriptionsResponse { Subscriptions = [.. subscriptions.Select(Shown)], NextToken = next }
        );
    }

    /// <inheritdoc/>
    public Task<ListSubscriptionsByTopicResponse> ListSubscriptionsByTopicAsync(
        ListSubscriptionsByTopicInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var view = _store.Current;
        var topic = TopicNames.Require(view, context, request.TopicArn);
        var (subscriptions, next) = Page(
            after => view.Range(SnsTables.Subscriptions, topic.Prefix, after),
            subscription => subscription.Key,
            request.NextToken,
            request,
            context
        );
        return Task.FromResult(
            new ListSubscriptionsByTopicResponse { Subscriptions = [.. subscriptions.Select(Shown)], NextToken = next }
        );
    }

    /// <inheritdoc/>
    public Task<GetSubscriptionAttributesResponse> GetSubscriptionAttributesAsync(
        GetSubscriptionAttributesInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var view = _store.Current;
        var subscription = SubscriptionNames.Require(view, context, request.SubscriptionArn!);
        var policy = view.Find(SnsTables.Topics, subscription.Scope.Key(subscription.Topic))
            ?.Attributes.GetValueOrDefault(TopicAttributes.DeliveryPolicy);
        return Task.FromResult(
            new GetSubscriptionAttributesResponse { Attributes = SubscriptionAttributes.Shown(subscription, policy) }
        );
    }

    /// <inheritdoc/>
    public Task<SetSubscriptionAttributesResponse> SetSubscriptionAttributesAsync(
        SetSubscriptionAttributesInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var set = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [request.AttributeName!] = request.AttributeValue ?? "",
        };
        return _store.CommitAsync(
            transaction =>
            {
                var subscription = SubscriptionNames.Require(transaction, context, request.SubscriptionArn!);
                transaction.Put(
                    SnsTables.Subscriptions,
                    subscription with
                    {
                        Attributes = SubscriptionAttributes.Merge(subscription.Attributes, set),
                    }
                );
                return new SetSubscriptionAttributesResponse();
            },
            cancellation
        );
    }

    // What the gateway calls whoever has not signed.
    private static bool IsAnonymous(CallContext context) =>
        context is { AccessKeyId.Length: 0, Service: null } && !Arn.IsArn(context.PrincipalArn);

    private static string Digest(string token) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));

    private static string Kept(IReadOnlyDictionary<string, string> attributes, string name) =>
        attributes.GetValueOrDefault(name, "");

    private static SubscriptionRecord? Known(View view, SubscriptionRecord wanted) =>
        view.Where(
                SnsTables.Subscriptions,
                SnsTables.ByEndpoint,
                wanted.Scope.Key($"{wanted.Topic}/{wanted.Protocol}/{wanted.Endpoint}")
            )
            .FirstOrDefault();

    private void AskToConfirm(
        Transaction transaction,
        TopicRecord topic,
        SubscriptionRecord subscription,
        string token,
        string messageId
    )
    {
        var now = _time.GetUtcNow();
        var notification = new NotificationRecord
        {
            Key = MessageRecord.KeyOf(topic.Key, new Sequence(transaction).Next()),
            Scope = topic.Scope,
            Type = NotificationType.SubscriptionConfirmation,
            MessageId = messageId,
            TopicArn = topic.Arn,
            Message =
                $"You have chosen to subscribe to the topic {topic.Arn}.\nTo confirm the subscription, visit the "
                + "SubscribeURL included in this message.",
            PublishedAt = now,
            Token = token,
            SignatureVersion = topic.Attributes.GetValueOrDefault(TopicAttributes.SignatureVersion, "1"),
        };
        Deliver(transaction, notification, [subscription], now);
    }

    private static void Deliver(
        Transaction transaction,
        NotificationRecord notification,
        IEnumerable<SubscriptionRecord> subscriptions,
        DateTimeOffset now
    )
    {
        var any = false;
        foreach (var subscription in subscriptions)
        {
            any = true;
            transaction.Put(
                SnsTables.Deliveries,
                new DeliveryRecord
                {
                    Key = $"{notification.Key}/{subscription.Id}",
                    Notification = notification.Key,
                    Subscription = subscription.Key,
                    IsOfQueue = subscription.IsOfQueue,
                    DueAt = now.ToUnixTimeMilliseconds(),
                }
            );
        }

        if (any)
            transaction.Put(SnsTables.Notifications, notification);
    }

    private static SubscribeResponse Answer(SubscriptionRecord subscription, SubscribeInput request) =>
        new()
        {
            SubscriptionArn =
                subscription.IsConfirmed || request.ReturnSubscriptionArn == true ? subscription.Arn : NotConfirmed,
        };

    private static Subscription Shown(SubscriptionRecord subscription) =>
        new()
        {
            SubscriptionArn = subscription.IsConfirmed ? subscription.Arn : "PendingConfirmation",
            Owner = subscription.Scope.AccountId,
            Protocol = subscription.Protocol,
            Endpoint = subscription.Endpoint,
            TopicArn = subscription.TopicArn,
        };
}
