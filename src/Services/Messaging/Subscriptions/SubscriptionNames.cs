using System.Net;
using Estiba.Contracts;
using Estiba.Contracts.Sns;
using Estiba.Messaging.Notifications;
using Estiba.Messaging.Topics;
using Estiba.State;

namespace Estiba.Messaging.Subscriptions;

/// <summary>How subscriptions are called, and to what one can subscribe.</summary>
internal static class SubscriptionNames
{
    /// <summary>The subscription of an ARN, whoever asks; null where there is none.</summary>
    /// <exception cref="AwsException">It is no ARN of a subscription.</exception>
    internal static SubscriptionRecord? Find(View view, string arn)
    {
        if (
            !Arn.TryParse(arn, out var parsed)
            || parsed.Service != "sns"
            || parsed.Resource.Split(':') is not [var topic, var id]
        )
            throw SnsErrors.InvalidParameterException("Invalid parameter: SubscriptionId");
        return view.Find(SnsTables.Subscriptions, new Scope(parsed.AccountId, parsed.Region).Key($"{topic}/{id}"));
    }

    /// <summary>The subscription of an ARN.</summary>
    /// <exception cref="AwsException">It is none, or there is no such subscription of the caller's.</exception>
    internal static SubscriptionRecord Require(View view, CallContext context, string arn) =>
        Find(view, arn) is { } subscription && subscription.Scope == Scope.Of(context)
            ? subscription
            : throw SnsErrors.NotFoundException("Subscription does not exist");

    /// <summary>Checks where messages are to be delivered, and how.</summary>
    /// <exception cref="AwsException">Messages of this topic cannot be delivered there.</exception>
    internal static void CheckEndpoint(string protocol, string? endpoint, bool ofFifo)
    {
        switch (protocol)
        {
            case SubscriptionProtocol.Sqs:
                if (endpoint is null || !Arn.TryParse(endpoint, out var arn) || arn.Service != "sqs")
                    throw Invalid("SQS endpoint ARN");
                if (!ofFifo && arn.Resource.EndsWith(TopicNames.FifoSuffix, StringComparison.Ordinal))
                {
                    throw Invalid(
                        "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to standard "
                            + "SNS topics"
                    );
                }

                return;
            case SubscriptionProtocol.Http or SubscriptionProtocol.Https when ofFifo:
                throw Invalid("Invalid parameter: Endpoint Reason: FIFO topics deliver to Amazon SQS queues alone");
            case SubscriptionProtocol.Http or SubscriptionProtocol.Https:
                if (endpoint is null || !endpoint.StartsWith($"{protocol}://", StringComparison.Ordinal))
                    throw Invalid("Endpoint must match the specified protocol");
                if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var url) || url.Host.Length == 0)
                    throw Invalid("Endpoint");
                if (
                    IPAddress.TryParse(url.Host.Trim('[', ']'), out var address)
                    && EndpointAddresses.IsForbidden(address)
                )
                    throw Invalid($"Endpoint Reason: notifications are not sent to {address}");
                return;
            case "application" or "email" or "email-json" or "firehose" or "lambda" or "sms":
                throw Invalid(
                    $"Estiba does not deliver to the protocol {protocol} yet. It delivers to sqs, http and https."
                );
            default:
                throw Invalid($"Amazon SNS does not support the protocol {protocol}");
        }
    }

    private static AwsException Invalid(string what) =>
        SnsErrors.InvalidParameterException($"Invalid parameter: {what}");
}
