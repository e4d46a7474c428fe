namespace Estiba.Contracts;

/// <summary>An Amazon Resource Name ("Amazon Resource Names", IAM user guide).</summary>
/// <param name="Service">For example <c>ecs</c>.</param>
/// <param name="Region">Empty for a global service.</param>
/// <param name="AccountId">Twelve digits.</param>
/// <param name="Resource">What follows, for example <c>cluster/default</c>.</param>
public readonly record struct Arn(string Service, string Region, string AccountId, string Resource)
{
    /// <summary>The partition; always <c>aws</c> when made here.</summary>
    public string Partition { get; init; } = "aws";

    /// <summary>What stands before the first <c>/</c> or <c>:</c> of the resource, or all of it.</summary>
    public string ResourceType => Resource.IndexOfAny(['/', ':']) is >= 0 and var end ? Resource[..end] : Resource;

    /// <summary>What follows the resource's type.</summary>
    public string ResourceName => Resource.IndexOfAny(['/', ':']) is >= 0 and var end ? Resource[(end + 1)..] : "";

    /// <summary>Whether the text looks like an ARN at all.</summary>
    public static bool IsArn(string text) => text.StartsWith("arn:", StringComparison.Ordinal);

    /// <summary>Reads an ARN.</summary>
    public static bool TryParse(string text, out Arn arn)
    {
        var parts = text.Split(':', 6);
        var valid = parts.Length == 6 && parts[0] == "arn" && parts[1].Length > 0 && parts[2].Length > 0 && parts[5].Length > 0;
        arn = valid ? new Arn(parts[2], parts[3], parts[4], parts[5]) { Partition = parts[1] } : default;
        return valid;
    }

    /// <inheritdoc />
    public override string ToString() => $"arn:{Partition}:{Service}:{Region}:{AccountId}:{Resource}";
}
