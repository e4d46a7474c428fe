using System.Globalization;

namespace Estiba.LoadBalancing.Attributes;

/// <summary>An attribute: its key, what it is unless something is said, and what it may be.</summary>
/// <param name="Key">The key, for example <c>idle_timeout.timeout_seconds</c>.</param>
/// <param name="Default">AWS's default.</param>
/// <param name="Accepts">Whether a value is one that AWS takes.</param>
/// <param name="Allowed">In words, what AWS takes.</param>
internal sealed record AttributeSpec(string Key, string Default, Func<string, bool> Accepts, string Allowed)
{
    /// <summary>
    /// What any other value than the default would need and is not there yet; null where all values do what they say.
    /// </summary>
    internal string? Needs { get; init; }

    /// <summary><c>true</c> or <c>false</c>.</summary>
    internal static AttributeSpec Flag(string key, bool value) =>
        Choice(key, value ? "true" : "false", "true", "false");

    /// <summary>One of some words.</summary>
    internal static AttributeSpec Choice(string key, string value, params string[] choices) =>
        new(key, value, choices.Contains, $"one of '{string.Join(", ", choices)}'");

    /// <summary>A whole number.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The default.</param>
    /// <param name="least">The least.</param>
    /// <param name="most">The most.</param>
    /// <param name="or">A word that may stand in its place.</param>
    internal static AttributeSpec Number(string key, string value, int least, int most, string? or = null) =>
        new(
            key,
            value,
            text => text == or || (TryNumber(text, out var number) && number >= least && number <= most),
            $"between '{least}' and '{most}'" + (or is null ? "" : $", or '{or}'")
        );

    /// <summary>Any text.</summary>
    internal static AttributeSpec Text(string key, string value = "", int longest = 1024) =>
        new(key, value, text => text.Length <= longest, $"at most '{longest}' characters long");

    /// <summary>Reads a number without signs or spaces.</summary>
    internal static bool TryNumber(string text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
