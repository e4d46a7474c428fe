namespace Estiba.Contracts;

/// <summary>An Amazon Resource Name ("Amazon Resource Names", IAM user guide).</summary>
/// <param name="Service">For example <c>ecs</c>.</param>
/// <param name="Region">Empty for a global service.</param>
/// <param name="AccountId">Twelve digits.</param>
/// <param name="Resource">What follows, for example <c>cluster/default</c>.</param>
public readonly record struct Arn(string Service, string Region, string AccountId, string Resource)
{
    /// <summary>
    /// The partition; that of the region unless something else is said, so <c>aws</c> for a global service.
    /// </summary>
    public string Partition { get; init; } = PartitionOf(Region);

    /// <summary>What stands before the first <c>/</c> or <c>:</c> of the resource, or all of it.</summary>
    public string ResourceType => Resource.IndexOfAny(['/', ':']) is >= 0 and var end ? Resource[..end] : Resource;

    /// <summary>What follows the resource's type.</summary>
    public string ResourceName => Resource.IndexOfAny(['/', ':']) is >= 0 and var end ? Resource[(end + 1)..] : "";

    /// <summary>
    /// The partition that a region belongs to ("AWS partitions", AWS whitepaper on fault isolation boundaries).
    /// </summary>
    public static string PartitionOf(string region) =>
        region switch
        {
            _ when region.StartsWith("cn-", StringComparison.Ordinal) => "aws-cn",
            _ when region.StartsWith("us-gov-", StringComparison.Ordinal) => "aws-us-gov",
            _ when region.StartsWith("us-iso-", StringComparison.Ordinal) => "aws-iso",
            _ when region.StartsWith("us-isob-", StringComparison.Ordinal) => "aws-iso-b",
            _ when region.StartsWith("eu-isoe-", StringComparison.Ordinal) => "aws-iso-e",
            _ when region.StartsWith("us-isof-", StringComparison.Ordinal) => "aws-iso-f",
            _ when region.StartsWith("eusc-", StringComparison.Ordinal) => "aws-eusc",
            _ => "aws",
        };

    /// <summary>What the names of AWS's hosts in a region end with, for example <c>amazonaws.com</c>.</summary>
    public static string DnsSuffixOf(string region) =>
        PartitionOf(region) switch
        {
            "aws-cn" => "amazonaws.com.cn",
            "aws-iso" => "c2s.ic.gov",
            "aws-iso-b" => "sc2s.sgov.gov",
            "aws-iso-e" => "cloud.adc-e.uk",
            "aws-iso-f" => "csp.hci.ic.gov",
            "aws-eusc" => "amazonaws.eu",
            _ => "amazonaws.com",
        };

    /// <summary>What the names of AWS's hosts end with in any partition, as a regular expression.</summary>
    public const string DnsSuffixPattern =
        @"(amazonaws\.com(\.cn)?|amazonaws\.eu|c2s\.ic\.gov|sc2s\.sgov\.gov|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)";

    /// <summary>The owner of an account, whose name is the same in every service.</summary>
    public static Arn RootOf(string accountId) => new("iam", "", accountId, "root");

    /// <summary>Whether the text looks like an ARN at all.</summary>
    public static bool IsArn(string text) => text.StartsWith("arn:", StringComparison.Ordinal);

    /// <summary>Reads an ARN.</summary>
    public static bool TryParse(string text, out Arn arn)
    {
        var parts = text.Split(':', 6);
        var valid =
            parts.Length == 6 && parts[0] == "arn" && parts[1].Length > 0 && parts[2].Length > 0 && parts[5].Length > 0;
        arn = valid ? new Arn(parts[2], parts[3], parts[4], parts[5]) { Partition = parts[1] } : default;
        return valid;
    }

    /// <inheritdoc />
    public override string ToString() => $"arn:{Partition}:{Service}:{Region}:{AccountId}:{Resource}";
}
