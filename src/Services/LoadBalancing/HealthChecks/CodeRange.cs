using Estiba.LoadBalancing.Attributes;

namespace Estiba.LoadBalancing.HealthChecks;

/// <summary>Codes of answers, as a matcher lists them: <c>200</c>, <c>200,202</c> or <c>200-299,301</c>.</summary>
internal static class CodeRange
{
    /// <summary>Whether a code is among those that are listed.</summary>
    internal static bool Contains(string codes, int code) =>
        Parse(codes)!.Any(range => code >= range.First && code <= range.Last);

    /// <summary>The ranges of a list; null when it is none.</summary>
    internal static IReadOnlyList<(int First, int Last)>? Parse(string codes)
    {
        var ranges = new List<(int, int)>();
        foreach (var part in codes.Split(','))
        {
            var ends = part.Split('-');
            if (
                ends.Length > 2
                || !AttributeSpec.TryNumber(ends[0], out var first)
                || !AttributeSpec.TryNumber(ends[^1], out var last)
                || first > last
            )
                return null;
            ranges.Add((first, last));
        }

        return ranges;
    }
}
