namespace Estiba.Metrics.Searching;

/// <summary>
/// The tokens of a name: at capitals and digits a new one begins, and what is neither a letter nor a digit divides
/// ("CloudWatch search expressions: Tokenization").
/// </summary>
internal static class NameTokens
{
    /// <summary>The pieces between what divides, each as its tokens: <c>Network-Errors2</c> has the pieces
    /// <c>Network</c> and <c>Errors</c>, <c>2</c>.</summary>
    internal static IReadOnlyList<IReadOnlyList<string>> Pieces(string name)
    {
        var pieces = new List<IReadOnlyList<string>>();
        var piece = new List<string>();
        var start = 0;
        for (var i = 0; i <= name.Length; i++)
        {
            var divides = i == name.Length || !char.IsLetterOrDigit(name[i]);
            if (i > start && (divides || Begins(name, i)))
            {
                piece.Add(name[start..i]);
                start = i;
            }

            if (!divides)
                continue;
            if (piece.Count > 0)
                pieces.Add(piece);
            piece = [];
            start = i + 1;
        }

        return pieces;
    }

    /// <summary>All tokens, in order.</summary>
    internal static IReadOnlyList<string> Of(string name) => [.. Pieces(name).SelectMany(piece => piece)];

    private static bool Begins(string name, int place)
    {
        var (before, here) = (name[place - 1], name[place]);
        if (char.IsDigit(before) != char.IsDigit(here))
            return true;
        if (!char.IsUpper(here))
            return false;
        // The last capital of several belongs to the word that follows: SDBFailure is SDB and Failure.
        return !char.IsUpper(before) || (place + 1 < name.Length && char.IsLower(name[place + 1]));
    }
}
