using Estiba.Contracts;
using Estiba.Contracts.Sns;
using Estiba.State;

namespace Estiba.Messaging.Topics;

/// <summary>How topics are called.</summary>
internal static class TopicNames
{
    /// <summary>What the names of FIFO topics end with.</summary>
    internal const string FifoSuffix = ".fifo";

    private const int Longest = 256;

    /// <summary>The ARN of a topic.</summary>
    internal static string Arn(Scope scope, string name) =>
        new Arn("sns", scope.Region, scope.AccountId, name).ToString();

    /// <summary>The topic of an ARN.</summary>
    /// <exception cref="AwsException">It is none, or there is no such topic.</exception>
    internal static TopicRecord Require(View view, CallContext context, string? arn) =>
        Find(view, Scope.Of(context), arn) ?? throw SnsErrors.NotFoundException("Topic does not exist");

    /// <summary>The topic of an ARN; null where it is not there, or is somebody else's.</summary>
    /// <exception cref="AwsException">It is no ARN of a topic.</exception>
    internal static TopicRecord? Find(View view, Scope scope, string? arn)
    {
        if (
            arn is null
            || !Contracts.Arn.TryParse(arn, out var parsed)
            || parsed.Service != "sns"
            || parsed.Resource.AsSpan().ContainsAny(':', '/')
        )
            throw SnsErrors.InvalidParameterException("Invalid parameter: TopicArn");
        return new Scope(parsed.AccountId, parsed.Region) == scope
            ? view.Find(SnsTables.Topics, scope.Key(parsed.Resource))
            : null;
    }

    /// <summary>Checks the name of a new topic.</summary>
    /// <exception cref="AwsException">It is none.</exception>
    internal static void Check(string name, bool isFifo)
    {
        var stem = name.EndsWith(FifoSuffix, StringComparison.Ordinal) ? name[..^FifoSuffix.Length] : name;
        var isWell =
            name.Length is > 0 and <= Longest
            && stem.Length > 0
            && (stem.Length < name.Length) == isFifo
            && stem.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_');
        if (isWell)
            return;
        throw SnsErrors.InvalidParameterException(
            isFifo
                ? "Invalid parameter: Fifo Topic names must end with .fifo and must be made up of only uppercase and "
                    + "lowercase ASCII letters, numbers, underscores, and hyphens, and must be between 1 and 256 "
                    + "characters long."
                : "Invalid parameter: Topic Name"
        );
    }
}
