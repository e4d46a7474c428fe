using Estiba.Contracts;
using Estiba.Contracts.S3;

namespace Estiba.S3.Objects;

/// <summary>The tags of objects and of buckets ("Categorizing your objects using tags").</summary>
internal static class ObjectTags
{
    internal const int MostOfObject = 10;
    internal const int MostOfBucket = 50;

    /// <exception cref="AwsException">They are none that may be put.</exception>
    internal static IReadOnlyList<Tag> Check(IReadOnlyList<Tag> tags, int most)
    {
        if (tags.Count > most)
            throw new AwsException(
                "BadRequest",
                most == MostOfObject
                    ? "Object tags cannot be greater than 10"
                    : "Bucket tag count cannot be greater than 50"
            );
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tag in tags)
        {
            if (tag.Key is not { Length: > 0 and <= 128 } key)
                throw new AwsException("InvalidTag", "The TagKey you have provided is invalid");
            if (tag.Value is not { Length: <= 256 })
                throw new AwsException("InvalidTag", "The TagValue you have provided is invalid");
            if (key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase))
                throw new AwsException("InvalidTag", "System tags cannot be added/updated by requester");
            if (!keys.Add(key))
                throw new AwsException("InvalidTag", "Cannot provide multiple Tags with the same key");
        }

        return tags;
    }

    /// <summary>The tags in the header <c>x-amz-tagging</c>, in the form of a query.</summary>
    /// <exception cref="AwsException">They are none that may be put.</exception>
    internal static IReadOnlyList<Tag> OfHeader(string? header) =>
        string.IsNullOrEmpty(header)
            ? []
            : Check(
                [
                    .. header
                        .Split('&')
                        .Select(field => field.Split('=', 2))
                        .Select(field => new Tag
                        {
                            Key = Text(field[0]),
                            Value = Text(field.ElementAtOrDefault(1) ?? ""),
                        }),
                ],
                MostOfObject
            );

    private static string Text(string encoded) =>
        Uri.UnescapeDataString(encoded.Replace("+", " ", StringComparison.Ordinal));
}
