using Estiba.Contracts;
using Estiba.Contracts.Iam;

namespace Estiba.Identity.Tags;

/// <summary>
/// The tags of an entity ("Tags for IAM resources": neither keys nor values begin with <c>aws:</c>; the keys of users
/// and roles are told apart without regard to case, those of all others with it).
/// </summary>
internal sealed class TagSet
{
    private const int MostTags = 50;

    /// <summary>Of users and roles.</summary>
    public static readonly TagSet OfPrincipal = new(
        StringComparer.OrdinalIgnoreCase,
        " Please note that Tag keys are case insensitive."
    );

    /// <summary>Of policies and instance profiles.</summary>
    public static readonly TagSet OfResource = new(StringComparer.Ordinal, "");

    private readonly TagRules<Tag> _rules;

    private TagSet(StringComparer keys, string note) =>
        _rules = new TagRules<Tag>(
            tag => tag.Key,
            tag => tag.Value,
            new TagFaults
            {
                Reserved = _ => Reserved(),
                ReservedValue = _ => Reserved(),
                Duplicate = _ => IamErrors.InvalidInputException($"Duplicate tag keys found.{note}"),
                TooMany = _ =>
                    IamErrors.LimitExceededException($"The number of tags has reached the maximum limit: {MostTags}."),
            }
        )
        {
            Keys = keys,
            Order = TagOrder.ByKey,
            Most = MostTags,
        };

    /// <summary>The tags of a new entity; null for none.</summary>
    public IReadOnlyList<Tag>? Of(IReadOnlyList<Tag>? given) => With(null, given ?? []);

    /// <summary>The tags with some more, which replace those of the same keys.</summary>
    public IReadOnlyList<Tag>? With(IReadOnlyList<Tag>? tags, IReadOnlyList<Tag> added) =>
        OrNone(_rules.Merge(tags ?? [], added));

    /// <summary>The tags but some; null for none. What is not there is passed over.</summary>
    public IReadOnlyList<Tag>? Without(IReadOnlyList<Tag>? tags, IReadOnlyList<string> keys) =>
        OrNone(_rules.Without(tags ?? [], keys));

    private static AwsException Reserved() =>
        IamErrors.InvalidInputException("Tag keys and values cannot begin with aws:, which is reserved for AWS.");

    private static IReadOnlyList<Tag>? OrNone(IReadOnlyList<Tag> tags) => tags.Count > 0 ? tags : null;
}
