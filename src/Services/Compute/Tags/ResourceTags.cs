using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.State;

namespace Estiba.Compute.Tags;

/// <summary>Reads, checks and writes the tags of resources ("Tag your Amazon EC2 resources").</summary>
internal static class ResourceTags
{
    private const int MostTags = 50;
    private const int LongestKey = 128;
    private const int LongestValue = 256;

    private static readonly TagFaults ServiceFaults = new()
    {
        NoKey = () => Ec2Requests.Invalid("Tag key cannot be empty"),
        LongKey = _ => Ec2Requests.Invalid($"Tag key exceeds the maximum length of {LongestKey} characters"),
        LongValue = _ => Ec2Requests.Invalid($"Tag value exceeds the maximum length of {LongestValue} characters"),
        Duplicate = key => Ec2Requests.Invalid($"Duplicate tag key '{key}' specified."),
        TooMany = _ => TooMany(),
    };

    private static readonly TagRules<Tag> Rules = Of(
        ServiceFaults with
        {
            Reserved = _ => Ec2Requests.Invalid("Tag keys starting with 'aws:' are reserved for internal use"),
        }
    );

    /// <summary>Services of the platform may give tags of AWS's own.</summary>
    private static readonly TagRules<Tag> ServiceRules = Of(ServiceFaults);

    public static IReadOnlyList<Tag> Of(View view, CallContext context, string resourceId) =>
        Of(view, context.AccountId, context.Region, resourceId);

    public static IReadOnlyList<Tag> Of(View view, string accountId, string region, string resourceId) =>
        [
            .. view.Range(ComputeTables.Tags, TagRecord.Prefix(accountId, region, resourceId))
                .Select(tag => new Tag { Key = tag.Key, Value = tag.Value }),
        ];

    /// <summary>The tags of a resource of a kind that EC2 describes without a tag set when it has none: instances,
    /// images, groups, VPCs, subnets, volumes.</summary>
    public static IReadOnlyList<Tag>? OrNone(View view, CallContext context, string resourceId) =>
        OrNone(Of(view, context, resourceId));

    /// <inheritdoc cref="OrNone(View, CallContext, string)"/>
    public static IReadOnlyList<Tag>? OrNone(IReadOnlyList<Tag> tags) => tags.Count == 0 ? null : tags;

    /// <summary>The tags that a request wants its new resources of one type to have.</summary>
    /// <param name="specifications">The request's TagSpecifications.</param>
    /// <param name="resourceType">For example <c>instance</c>.</param>
    /// <param name="byService">Whether a service of the platform asks for it.</param>
    /// <param name="others">What else the operation makes.</param>
    /// <exception cref="AwsException"><c>InvalidParameterValue</c>: a resource type that the operation does not make,
    /// or a bad tag.</exception>
    public static IReadOnlyList<Tag> FromSpecifications(
        IReadOnlyList<TagSpecification>? specifications,
        string resourceType,
        bool byService,
        params ReadOnlySpan<string> others
    )
    {
        foreach (var specification in specifications ?? [])
        {
            if (specification.ResourceType is not { } type)
                throw Ec2Requests.Invalid("Tag specification resource type must have a value");
            if (type != resourceType && !others.Contains(type))
                throw Ec2Requests.Invalid($"'{type}' is not a valid taggable resource type for this operation.");
        }
        if (
            specifications
                ?.CountBy(specification => specification.ResourceType!)
                .FirstOrDefault(each => each.Value > 1)
                .Key is
            { } twice
        )
            throw Ec2Requests.Invalid($"Duplicate tag specification found for resource type: {twice}");

        var tags = specifications?.FirstOrDefault(specification => specification.ResourceType == resourceType)?.Tags
            ?? [];
        Check(tags, byService);
        return tags;
    }

    /// <inheritdoc cref="FromSpecifications(IReadOnlyList{TagSpecification}?, string, bool, ReadOnlySpan{string})"/>
    public static IReadOnlyList<Tag> FromSpecifications(
        IReadOnlyList<TagSpecification>? specifications,
        string resourceType
    ) => FromSpecifications(specifications, resourceType, byService: false);

    /// <exception cref="AwsException"><c>InvalidParameterValue</c>: a key or a value that EC2 does not
    /// take.</exception>
    public static void Check(IReadOnlyList<Tag> tags, bool byService = false) =>
        (byService ? ServiceRules : Rules).Check(tags);

    /// <summary>Adds the tags, or overwrites those with the same keys.</summary>
    /// <exception cref="AwsException"><c>TagLimitExceeded</c>.</exception>
    public static void Put(
        Transaction transaction,
        CallContext context,
        string resourceId,
        string resourceType,
        IReadOnlyList<Tag> tags
    )
    {
        foreach (var tag in tags)
            transaction.Put(
                ComputeTables.Tags,
                new TagRecord(context.AccountId, context.Region, resourceId, resourceType, tag.Key!, tag.Value ?? "")
            );
        if (
            transaction.Count(ComputeTables.Tags, TagRecord.Prefix(context.AccountId, context.Region, resourceId))
            > Rules.Most
        )
            throw TooMany();
    }

    /// <summary>Removes all tags of a resource that is gone.</summary>
    public static void DeleteAll(Transaction transaction, string accountId, string region, string resourceId)
    {
        foreach (
            var tag in transaction.Range(ComputeTables.Tags, TagRecord.Prefix(accountId, region, resourceId)).ToList()
        )
            transaction.Delete(ComputeTables.Tags, ComputeTables.KeyOf(tag));
    }

    private static TagRules<Tag> Of(TagFaults faults) =>
        new(tag => tag.Key, tag => tag.Value, faults)
        {
            LongestKey = LongestKey,
            LongestValue = LongestValue,
            Most = MostTags,
        };

    private static AwsException TooMany() =>
        new("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.");
}
