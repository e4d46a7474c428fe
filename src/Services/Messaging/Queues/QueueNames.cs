using Estiba.Contracts;
using Estiba.Contracts.Sqs;
using Estiba.State;

namespace Estiba.Messaging.Queues;

/// <summary>
/// How queues are called: by name, by URL and by ARN ("Queue and message identifiers", developer guide).
/// </summary>
internal static class QueueNames
{
    private const int Longest = 80;

    /// <summary>The ARN of a queue.</summary>
    internal static string Arn(Scope scope, string name) =>
        new Arn("sqs", scope.Region, scope.AccountId, name).ToString();

    /// <summary>The queue's URL at the address by which the caller knows the platform.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="context">The caller.</param>
    /// <param name="platform">The address for callers within the platform.</param>
    internal static string Url(QueueRecord queue, CallContext context, Uri platform)
    {
        var address = context.Origin is { Host: { } host } origin
            ? $"{(origin.IsSecure ? Uri.UriSchemeHttps : Uri.UriSchemeHttp)}://{host}"
            : platform.GetLeftPart(UriPartial.Authority);
        return $"{address}/{queue.Scope.AccountId}/{queue.Name}";
    }

    /// <summary>
    /// The queue that a URL names. Only its path counts: the platform has more than one name, and clients keep URLs.
    /// </summary>
    /// <exception cref="AwsException">It is no such URL, or there is no such queue.</exception>
    internal static QueueRecord Require(View view, CallContext context, string url)
    {
        if (url.Split('?')[0].Split('/') is not [.., { Length: > 0 } account, { Length: > 0 } name])
            throw SqsErrors.InvalidAddress($"The address {url} is not valid for this endpoint.");
        return account == context.AccountId && Find(view, Scope.Of(context), name) is { } queue
            ? queue
            : throw NoQueue();
    }

    /// <summary>The queue of an ARN in the same account and region; null for none.</summary>
    internal static QueueRecord? FindByArn(View view, Scope scope, string text) =>
        Contracts.Arn.TryParse(text, out var arn)
        && arn.Service == "sqs"
        && arn.AccountId == scope.AccountId
        && arn.Region == scope.Region
            ? Find(view, scope, arn.Resource)
            : null;

    internal static QueueRecord? Find(View view, Scope scope, string name) =>
        view.Find(MessagingTables.Queues, scope.Key(name));

    internal static AwsException NoQueue() => SqsErrors.QueueDoesNotExist("The specified queue does not exist.");

    /// <summary>Checks the name of a new queue.</summary>
    /// <exception cref="AwsException">It is none.</exception>
    internal static void Check(string name, bool fifo)
    {
        var stem =
            fifo && name.EndsWith(QueueRecord.FifoSuffix, StringComparison.Ordinal)
                ? name[..^QueueRecord.FifoSuffix.Length]
                : name;
        var isWell =
            name.Length is > 0 and <= Longest
            && stem.Length > 0
            && (stem.Length < name.Length) == fifo
            && stem.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_');
        if (!isWell)
        {
            throw SqsFaults.InvalidParameterValue(
                fifo
                    ? "The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, "
                        + "must end with .fifo suffix and be 1 to 80 in length"
                    : "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
            );
        }
    }
}
