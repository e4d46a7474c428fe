namespace Estiba.Compute.Tags;

/// <summary>One tag of one resource.</summary>
internal sealed record TagRecord(
    string AccountId,
    string Region,
    string ResourceId,
    string ResourceType,
    string Key,
    string Value
)
{
    /// <summary>What the keys of one resource's tags begin with.</summary>
    public static string Prefix(string accountId, string region, string resourceId) =>
        new Scope(accountId, region).Key(resourceId + "/");
}
