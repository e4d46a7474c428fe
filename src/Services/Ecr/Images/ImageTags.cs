using System.Text.RegularExpressions;

namespace Estiba.Ecr.Images;

/// <summary>The rule for tags: <c>&lt;reference&gt;</c> as a tag in the OCI distribution specification.</summary>
internal static partial class ImageTags
{
    public static bool IsValid(string tag) => Rule().IsMatch(tag);

    [GeneratedRegex(@"\A[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Rule();
}
