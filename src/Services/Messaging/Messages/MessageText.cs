using System.Globalization;
using Estiba.Contracts;
using Estiba.Contracts.Sqs;

namespace Estiba.Messaging.Messages;

/// <summary>The characters and names that messages may have ("Message quotas", developer guide).</summary>
internal static class MessageText
{
    private const int LongestId = 128;
    private const int LongestEntryId = 80;

    /// <summary>Checks that a text has only characters that XML could have, too.</summary>
    /// <exception cref="AwsException">It has others.</exception>
    internal static void Check(string text)
    {
        for (var place = 0; place < text.Length; place++)
        {
            var letter = text[place];
            if (letter is '\t' or '\n' or '\r' or (>= ' ' and <= '\uD7FF') or (>= '\uE000' and <= '\uFFFD'))
                continue;
            if (char.IsHighSurrogate(letter) && place + 1 < text.Length && char.IsLowSurrogate(text[place + 1]))
            {
                place++;
                continue;
            }

            throw SqsErrors.InvalidMessageContents(
                $"Invalid binary character '#x{((int)letter).ToString("X", CultureInfo.InvariantCulture)}' was found "
                    + "in the message body, the set of allowed characters is #x9 | #xA | #xD | #x20 to #xD7FF | "
                    + "#xE000 to #xFFFD | #x10000 to #x10FFFF"
            );
        }
    }

    /// <summary>Checks the id of a group or of a deduplication.</summary>
    /// <exception cref="AwsException">It is none.</exception>
    internal static void CheckId(string value, string parameter)
    {
        if (value.Length is > 0 and <= LongestId && value.All(letter => letter is > ' ' and <= '~'))
            return;
        throw SqsFaults.InvalidParameterValue(
            value,
            parameter,
            $"{parameter} can only include alphanumeric and punctuation characters. 1 to {LongestId} in length"
        );
    }

    /// <summary>Checks the ids of a batch.</summary>
    /// <param name="ids">The ids of its entries.</param>
    /// <param name="entry">What an entry is called.</param>
    /// <exception cref="AwsException">There are none, too many, the same twice, or one is none.</exception>
    internal static void CheckBatch(IReadOnlyList<string> ids, string entry)
    {
        const int Most = 10;
        if (ids.Count == 0)
            throw SqsErrors.EmptyBatchRequest($"There should be at least one {entry} in the request.");
        if (ids.Count > Most)
        {
            throw SqsErrors.TooManyEntriesInBatchRequest(
                $"Maximum number of entries per request are {Most}. You have sent {ids.Count}."
            );
        }

        var isWell = ids.All(id =>
            id.Length is > 0 and <= LongestEntryId
            && id.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_')
        );
        if (!isWell)
        {
            throw SqsErrors.InvalidBatchEntryId(
                "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most "
                    + $"{LongestEntryId} letters long."
            );
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        if (ids.FirstOrDefault(id => !seen.Add(id)) is { } repeated)
            throw SqsErrors.BatchEntryIdsNotDistinct($"Id {repeated} repeated.");
    }
}
