namespace Estiba.Compute.Vpcs;

/// <summary>One attribute of the default VPC or of its subnets that somebody changed; what is not stored is as it is
/// by default.</summary>
internal sealed record SettingRecord(string AccountId, string Region, string ResourceId, string Name, string Value)
{
    /// <summary>What the keys of one resource's settings begin with.</summary>
    public static string Prefix(string accountId, string region, string resourceId) =>
        new Scope(accountId, region).Key(resourceId + "/");
}
