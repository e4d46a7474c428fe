using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;

namespace Estiba.Metrics.Tags;

/// <summary>The tags of a resource, which is in a table of its own. Gone with the resource.</summary>
internal sealed record TagsRecord
{
    /// <summary>The resource.</summary>
    public required string Arn { get; init; }

    /// <summary>In the order in which they were put.</summary>
    public required IReadOnlyList<Tag> Tags { get; init; }

    /// <summary>Its key in the table.</summary>
    public string Key => KeyOf(Arn);

    /// <summary>The key of a resource's tags.</summary>
    public static string KeyOf(string arn) =>
        Contracts.Arn.TryParse(arn, out var parts) ? $"{parts.AccountId}/{parts.Region}/{parts.Resource}" : arn;
}
