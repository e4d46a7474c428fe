using Estiba.Contracts;
using Estiba.Contracts.Sns;
using Estiba.Messaging.Permissions;
using Estiba.Messaging.Topics;

namespace Estiba.Messaging;

/// <content>What a topic's policy lets other accounts do. It is kept and shown.</content>
public sealed partial class SnsApi
{
    private static readonly HashSet<string> SharedActions = new(StringComparer.Ordinal)
    {
        "AddPermission",
        "DeleteTopic",
        "GetDataProtectionPolicy",
        "GetTopicAttributes",
        "ListSubscriptionsByTopic",
        "ListTagsForResource",
        "Publish",
        "PutDataProtectionPolicy",
        "RemovePermission",
        "SetTopicAttributes",
        "Subscribe",
    };

    /// <inheritdoc/>
    public async Task<AddPermissionResponse> AddPermissionAsync(
        AddPermissionInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        if (request.ActionName!.Count == 0 || request.ActionName.Any(action => !SharedActions.Contains(action)))
            throw Invalid("Policy statement action out of service scope!");
        if (
            request.AWSAccountId!.Count == 0
            || request.AWSAccountId.Any(account => account.Length != 12 || !account.All(char.IsAsciiDigit))
        )
            throw Invalid("AWSAccountId");
        await ChangeTopicAsync(
            request.TopicArn!,
            context,
            topic =>
            {
                var policy = topic.Attributes.GetValueOrDefault(
                    TopicAttributes.Policy,
                    TopicAttributes.DefaultPolicy(topic)
                );
                if (PolicyStatements.Has(policy, request.Label!))
                    throw Invalid("Statement already exists");
                return WithPolicy(
                    topic,
                    PolicyStatements.Add(
                        policy,
                        "__default_policy_ID",
                        request.Label!,
                        request.AWSAccountId,
                        request.ActionName.Select(action => $"SNS:{action}"),
                        topic.Arn
                    )
                );
            },
            cancellation
        );
        return new AddPermissionResponse();
    }

    /// <inheritdoc/>
    public async Task<RemovePermissionResponse> RemovePermissionAsync(
        RemovePermissionInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await ChangeTopicAsync(
            request.TopicArn!,
            context,
            topic =>
                topic.Attributes.TryGetValue(TopicAttributes.Policy, out var policy)
                    ? WithPolicy(topic, PolicyStatements.Remove(policy, request.Label!))
                    : topic,
            cancellation
        );
        return new RemovePermissionResponse();
    }

    private static TopicRecord WithPolicy(TopicRecord topic, string? policy)
    {
        var attributes = topic.Attributes.ToDictionary(StringComparer.Ordinal);
        attributes.Remove(TopicAttributes.Policy);
        if (policy is not null)
            attributes[TopicAttributes.Policy] = policy;
        return topic with { Attributes = attributes };
    }
}
