using Estiba.Contracts;
using Estiba.Contracts.Sts;
using Estiba.Identity.Authorization.Principals;

namespace Estiba.Identity.Sessions;

/// <summary>
/// The tags of a role's session: those it is begun with, and the transitive ones of the session that it is begun in
/// ("Pass session tags in AWS STS").
/// </summary>
internal static class SessionTags
{
    /// <summary>All of them; null for none.</summary>
    /// <exception cref="AwsException">A key is there twice, or is a transitive one of the calling session.</exception>
    public static IReadOnlyDictionary<string, string>? Of(AssumeRoleRequest request, Principal? principal)
    {
        var tags = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var key in principal?.TransitiveTagKeys ?? [])
            if (principal!.Tags.TryGetValue(key, out var value))
                tags[key] = value;
        foreach (var tag in request.Tags ?? [])
        {
            if (principal?.TransitiveTagKeys.Contains(tag.Key, StringComparer.OrdinalIgnoreCase) == true)
            {
                throw Invalid(
                    "One of the specified transitive tag keys can't be set because it conflicts with a "
                        + "transitive tag key from the calling session."
                );
            }

            if (!tags.TryAdd(tag.Key!, tag.Value!))
                throw Invalid("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
        }

        return tags.Count > 0 ? tags : null;
    }

    /// <summary>Which of them go on to the sessions that are begun in it; null for none.</summary>
    /// <exception cref="AwsException">A key is not among the session's tags.</exception>
    public static IReadOnlyList<string>? Transitive(AssumeRoleRequest request, Principal? principal)
    {
        var given = (request.Tags ?? []).Select(tag => tag.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (request.TransitiveTagKeys?.FirstOrDefault(key => !given.Contains(key)) is { } unknown)
            throw Invalid($"The specified transitive tag key {unknown} must be included in the requested tags.");
        List<string> keys = [.. principal?.TransitiveTagKeys ?? [], .. request.TransitiveTagKeys ?? []];
        return keys.Count > 0 ? keys : null;
    }

    private static AwsException Invalid(string message) => new("InvalidParameterValue", message);
}
