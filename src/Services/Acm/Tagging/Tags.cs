using Estiba.Contracts;
using Estiba.Contracts.Acm;
using static Estiba.Contracts.Acm.AcmErrors;

namespace Estiba.Acm.Tagging;

/// <summary>
/// The rules of tags ("Tag ACM resources", user guide). Lengths and characters are in the contract.
/// </summary>
internal static class Tags
{
    private const int Most = 50;

    private static readonly TagRules<Tag> Rules = new(
        tag => tag.Key,
        tag => tag.Value,
        new TagFaults
        {
            Reserved = Reserved,
            ReservedValue = Reserved,
            Duplicate = key => InvalidParameterException($"Duplicate tag keys found: {key}"),
            TooMany = _ => TooManyTagsException($"A certificate can have at most {Most} tags."),
        }
    )
    {
        Most = Most,
        Order = TagOrder.InPlace,
    };

    /// <summary>The tags of a certificate after others were put on it.</summary>
    internal static IReadOnlyList<Tag> Merge(IReadOnlyList<Tag> existing, IReadOnlyList<Tag>? added) =>
        added is null or { Count: 0 } ? existing : Rules.Merge(existing, added);

    /// <summary>The tags that remain: one with a value is taken only where it has that value.</summary>
    internal static IReadOnlyList<Tag> Without(IReadOnlyList<Tag> existing, IReadOnlyList<Tag> taken)
    {
        if (taken.FirstOrDefault(tag => ReservedTags.Contains(tag.Key!)) is { } reserved)
            throw Reserved(reserved.Key!);
        return
        [
            .. existing.Where(tag =>
                !taken.Any(each => each.Key == tag.Key && (each.Value is null || each.Value == (tag.Value ?? "")))
            ),
        ];
    }

    private static AwsException Reserved(string key) =>
        InvalidTagException("aws: prefixed tag key names are not allowed for external use.");
}
