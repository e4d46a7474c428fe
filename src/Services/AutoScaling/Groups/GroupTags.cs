using Estiba.Contracts;
using Estiba.Contracts.AutoScaling;

namespace Estiba.AutoScaling.Groups;

/// <summary>The tags of groups ("Tag Auto Scaling groups and instances", user guide).</summary>
internal static class GroupTags
{
    internal const string ResourceType = "auto-scaling-group";

    private static readonly TagRules<GroupTag> Rules = new(
        tag => tag.Key,
        tag => tag.Value,
        new TagFaults
        {
            Reserved = key => Validation.Error($"Reserved tag key: {key}. Keys that begin with aws: are AWS's own."),
            TooMany = count =>
                AutoScalingErrors.LimitExceededFault(
                    $"An Auto Scaling group can have at most {Quotas.Tags} tags, not {count}."
                ),
        }
    )
    {
        Most = Quotas.Tags,
        Order = TagOrder.ByKey,
    };

    /// <summary>The tags after others were put.</summary>
    internal static IReadOnlyList<GroupTag> Merge(IReadOnlyList<GroupTag> existing, IEnumerable<Tag> added) =>
        Rules.Merge(existing, [.. added.Select(Of)]);

    /// <summary>The tags that remain without some; one that is given with a value is only that.</summary>
    internal static IReadOnlyList<GroupTag> Without(IReadOnlyList<GroupTag> existing, IReadOnlyList<Tag> gone) =>
        [
            .. existing.Where(tag =>
                !gone.Any(each => each.Key == tag.Key && (string.IsNullOrEmpty(each.Value) || each.Value == tag.Value))
            ),
        ];

    /// <summary>A tag as it is shown.</summary>
    internal static TagDescription Describe(GroupRecord group, GroupTag tag) =>
        new()
        {
            ResourceId = group.Name,
            ResourceType = ResourceType,
            Key = tag.Key,
            Value = tag.Value,
            PropagateAtLaunch = tag.IsPropagated,
        };

    private static GroupTag Of(Tag tag) => new(tag.Key!, tag.Value ?? "", tag.PropagateAtLaunch == true);
}
