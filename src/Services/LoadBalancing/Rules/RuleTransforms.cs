using Estiba.Contracts.ElbV2;

namespace Estiba.LoadBalancing.Rules;

/// <summary>
/// Checks what a rule is to change of requests ("Transforms for listener rules", user guide): the host header and the
/// URL, each once.
/// </summary>
internal static class RuleTransforms
{
    private const int LongestReplacement = 1024;

    /// <summary>The transforms as they are kept and shown.</summary>
    internal static IReadOnlyList<RuleTransform> Read(IReadOnlyList<RuleTransform>? transforms)
    {
        foreach (var transform in transforms ?? [])
        {
            var isHost = transform.Type == TransformTypeEnum.HostHeaderRewrite;
            if (
                isHost != transform.HostHeaderRewriteConfig is not null
                || isHost == transform.UrlRewriteConfig is not null
            )
                throw ElbErrors.ValidationError(
                    $"A transform of type '{transform.Type}' must have its configuration, and no other"
                );
            var rewrites = transform.HostHeaderRewriteConfig?.Rewrites ?? transform.UrlRewriteConfig?.Rewrites ?? [];
            if (rewrites.Count != 1)
                throw ElbErrors.ValidationError(
                    $"A transform of type '{transform.Type}' must have exactly one rewrite"
                );
            RuleRegex.Check(rewrites[0].Regex!);
            if (rewrites[0].Replace!.Length > LongestReplacement)
                throw ElbErrors.ValidationError(
                    $"The replacement of a rewrite cannot be longer than '{LongestReplacement}' characters"
                );
        }

        return transforms?.DistinctBy(transform => transform.Type).Count() < transforms?.Count
            ? throw ElbErrors.ValidationError("A rule can only have one transform of each type")
            : transforms ?? [];
    }
}
