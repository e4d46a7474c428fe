namespace Estiba.Compute.Describing;

/// <summary>
/// EC2's filter values: <c>*</c> for any characters, <c>?</c> for one, a backslash before either (or before itself) for
/// the character.
/// </summary>
internal static class Wildcard
{
    /// <summary>
    /// Whether the whole text matches; letters' case counts. Linear in the text for each star at most.
    /// </summary>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        var (p, t, star, resume) = (0, 0, -1, 0);
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = ++p;
                resume = t;
            }
            else if (p < pattern.Length && MatchesOne(pattern, p, text[t], out var length))
            {
                p += length;
                t++;
            }
            else if (star >= 0)
            {
                p = star;
                t = ++resume;
            }
            else
            {
                return false;
            }
        }
        while (p < pattern.Length && pattern[p] == '*')
            p++;
        return p == pattern.Length;
    }

    private static bool MatchesOne(ReadOnlySpan<char> pattern, int at, char character, out int length)
    {
        length = pattern[at] == '\\' && at + 1 < pattern.Length ? 2 : 1;
        return length == 2 ? pattern[at + 1] == character : pattern[at] == '?' || pattern[at] == character;
    }
}
