using System.Buffers;

namespace Estiba.Identity.Policies.Grammar;

/// <summary>The form of a resource: an ARN with stars and variables, or a star.</summary>
internal static class ResourceFormat
{
    private const string Everything = "*";
    private const int ArnParts = 6;
    private const int ServicePart = 2;
    private const int ResourcePart = 5;

    private static readonly HashSet<string> Partitions = new(StringComparer.Ordinal)
    {
        "aws",
        "aws-cn",
        "aws-us-gov",
        "aws-iso",
        "aws-iso-b",
        "aws-iso-e",
        "aws-iso-f",
        "aws-eusc",
        Everything,
    };

    private static readonly string[] IamKinds =
    [
        "user/",
        "federated-user/",
        "role/",
        "group/",
        "instance-profile/",
        "mfa/",
        "server-certificate/",
        "policy/",
        "sms-mfa/",
        "saml-provider/",
        "oidc-provider/",
        "report/",
        "access-report/",
    ];

    private static readonly string[] RegionalS3Kinds =
    [
        "accesspoint/",
        "access-grants/",
        "async-request/",
        "job/",
        "storage-lens/",
        "storage-lens-group/",
        Everything,
    ];

    private static readonly SearchValues<char> PlaceLetters = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_*?"
    );

    /// <summary>What is wrong with a resource; null for nothing.</summary>
    public static string? Check(string resource)
    {
        if (resource == Everything)
            return null;

        var parts = resource.Split(':', ArnParts);
        if (parts.Length == 1)
            return $"Resource {resource} must be in ARN format or \"*\".";
        if (!Partitions.Contains(parts[1]))
            return $"Partition \"{parts[1]}\" is not valid for resource \"{Completed(parts)}\".";
        if (parts.Length == ServicePart || parts[ServicePart].AsSpan().ContainsAny('*', '?'))
            return "Resource vendor must be fully qualified and cannot contain regexes.";

        // What follows the service is looked at as far as it is there.
        var (service, region) = (parts[ServicePart], parts.ElementAtOrDefault(3));
        var name = parts.ElementAtOrDefault(ResourcePart) ?? "";
        return service switch
        {
            "iam" when region != "" => $"IAM resource {resource} cannot contain region information.",
            "iam"
                when name != Everything
                    && !IamKinds.Any(kind => name.StartsWith(kind, StringComparison.Ordinal))
                    && !MayBeKind(name) =>
                $"IAM resource path must either be \"*\" or start with {string.Join(", ", IamKinds)}.",
            "s3" when region != "" && !RegionalS3Kinds.Any(kind => name.StartsWith(kind, StringComparison.Ordinal)) =>
                $"Resource {resource} can not contain region information.",
            _ => null,
        };
    }

    /// <summary>
    /// Whether IAM's older parser reads a resource, which it does with everything that is no ARN at all.
    /// </summary>
    public static bool IsLegacy(string resource)
    {
        var parts = resource.Split(':', ArnParts);
        if (parts.Length <= ServicePart || (parts[0] != "arn" && !Partitions.Contains(parts[1])))
            return true;
        return (parts[ServicePart].Length > 0 || !Partitions.Contains(parts[1]))
            && (parts.Length == ArnParts || !resource.Contains("::", StringComparison.Ordinal))
            && IsPlace(parts.ElementAtOrDefault(3))
            && IsPlace(parts.ElementAtOrDefault(4));
    }

    // A star may stand for what a kind is called: "arn:aws:iam::*:*/name".
    private static bool MayBeKind(string name) => name.StartsWith('*') || name.StartsWith('?');

    // A region or an account; variables are for what follows them.
    private static bool IsPlace(string? text) => text is null || !text.AsSpan().ContainsAnyExcept(PlaceLetters);

    // As IAM shows it: what is missing as stars, and what stands for "arn" as that.
    private static string Completed(string[] parts) =>
        "arn:" + string.Join(':', parts.Skip(1).Concat(Enumerable.Repeat(Everything, ArnParts - parts.Length)));
}
