namespace Estiba.Ecs.Queries;

/// <summary>
/// Takes the look-ahead from the beginning of a regular expression, as in <c>(?!m5)t[23].*</c>: there it is a condition
/// on the whole text, which can be asked by itself.
/// </summary>
internal static class PatternLookAhead
{
    /// <summary>The conditions, each with whether it must hold, and what is left.</summary>
    internal static (IReadOnlyList<(string Condition, bool Expected)> Ahead, string Following) Split(string pattern)
    {
        var conditions = new List<(string Condition, bool Expected)>();
        var rest = pattern.TrimStart('^');
        while (rest.StartsWith("(?!", StringComparison.Ordinal) || rest.StartsWith("(?=", StringComparison.Ordinal))
        {
            var end = Walk(rest, stopsAtAlternative: false);
            if (end < 0)
                return ([], pattern);
            conditions.Add((rest[3..end], rest[2] == '='));
            rest = rest[(end + 1)..];
        }

        // Of alternatives it would belong to the first one only, and something that is repeated is no condition.
        var isRepeated = rest.Length > 0 && rest[0] is '*' or '+' or '?' or '{';
        return conditions.Count == 0 || isRepeated || Walk(rest, stopsAtAlternative: true) >= 0
            ? ([], pattern)
            : (conditions, rest);
    }

    /// <summary>
    /// Where the group ends that begins the text, or where the first alternative outside of all groups does; less than
    /// 0 where neither is.
    /// </summary>
    private static int Walk(string text, bool stopsAtAlternative)
    {
        var (depth, isInClass) = (0, false);
        for (var place = 0; place < text.Length; place++)
        {
            switch (text[place])
            {
                case '\\':
                    place++;
                    break;
                case '[' when !isInClass:
                    isInClass = true;
                    if (place + 1 < text.Length && text[place + 1] == '^')
                        place++;
                    if (place + 1 < text.Length && text[place + 1] == ']')
                        place++;
                    break;
                case ']':
                    isInClass = false;
                    break;
                case '(' when !isInClass:
                    depth++;
                    break;
                case ')' when !isInClass:
                    depth--;
                    if (depth == 0 && !stopsAtAlternative)
                        return place;
                    break;
                case '|' when !isInClass && depth == 0 && stopsAtAlternative:
                    return place;
            }
        }

        return -1;
    }
}
