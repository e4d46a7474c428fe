using Estiba.Contracts;
using Estiba.Contracts.Sqs;
using Estiba.Messaging.Permissions;
using Estiba.Messaging.Queues;

namespace Estiba.Messaging;

/// <content>What a queue's policy lets other accounts do. It is kept and shown.</content>
public sealed partial class SqsApi
{
    private const int MostActions = 7;

    private static readonly HashSet<string> SharedActions = new(StringComparer.OrdinalIgnoreCase)
    {
        "*",
        "ChangeMessageVisibility",
        "DeleteMessage",
        "GetQueueAttributes",
        "GetQueueUrl",
        "ListDeadLetterSourceQueues",
        "PurgeQueue",
        "ReceiveMessage",
        "SendMessage",
    };

    /// <inheritdoc/>
    public async Task<AddPermissionResponse> AddPermissionAsync(
        AddPermissionRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var label = request.Label!;
        if (
            label.Length is 0 or > 80
            || !label.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_')
        )
        {
            throw SqsFaults.InvalidParameterValue(
                label,
                "Label",
                "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
            );
        }

        if (request.AWSAccountIds!.FirstOrDefault(id => id.Length != 12 || !id.All(char.IsAsciiDigit)) is { } account)
            throw SqsFaults.InvalidParameterValue(account, "PrincipalId", "Unable to verify.");
        if (request.Actions!.FirstOrDefault(action => !SharedActions.Contains(action)) is { } unknown)
        {
            throw SqsFaults.InvalidParameterValue(
                $"SQS:{unknown}",
                "ActionName",
                "Please refer to the appropriate WSDL for a list of valid actions."
            );
        }

        if (request.Actions!.Count == 0)
            throw SqsFaults.MissingParameter("Actions");
        if (request.AWSAccountIds!.Count == 0)
            throw SqsFaults.MissingParameter("AWSAccountIds");
        if (request.Actions.Count > MostActions)
            throw SqsErrors.OverLimit($"{request.Actions.Count} Actions were found, maximum allowed is {MostActions}.");
        await ChangeAsync(
            request.QueueUrl!,
            context,
            (_, queue) =>
            {
                var policy = queue.Attributes.GetValueOrDefault(QueueAttribute.Policy);
                if (PolicyStatements.Has(policy, label))
                    throw SqsFaults.InvalidParameterValue(label, "Label", "Already exists.");
                return WithPolicy(
                    queue,
                    PolicyStatements.Add(
                        policy,
                        $"{queue.Arn}/SQSDefaultPolicy",
                        label,
                        request.AWSAccountIds,
                        request.Actions.Select(action => $"SQS:{action}"),
                        queue.Arn
                    )
                );
            },
            cancellation
        );
        return new AddPermissionResponse();
    }

    /// <inheritdoc/>
    public async Task<RemovePermissionResponse> RemovePermissionAsync(
        RemovePermissionRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var label = request.Label!;
        await ChangeAsync(
            request.QueueUrl!,
            context,
            (_, queue) =>
            {
                var policy = queue.Attributes.GetValueOrDefault(QueueAttribute.Policy);
                return PolicyStatements.Has(policy, label)
                    ? WithPolicy(queue, PolicyStatements.Remove(policy!, label))
                    : throw SqsFaults.InvalidParameterValue(label, "Label", "can't find label on existing policy.");
            },
            cancellation
        );
        return new RemovePermissionResponse();
    }

    private QueueRecord WithPolicy(QueueRecord queue, string? policy)
    {
        var attributes = queue.Attributes.ToDictionary(StringComparer.Ordinal);
        attributes.Remove(QueueAttribute.Policy);
        if (policy is not null)
            attributes[QueueAttribute.Policy] = policy;
        return queue with { Attributes = attributes, ModifiedAt = _time.GetUtcNow() };
    }
}
