namespace Estiba.Console.Texts;

/// <summary>A language of the console. What AWS names keeps AWS's names in each of them.</summary>
public sealed class Language
{
    private readonly IReadOnlyDictionary<string, string> _words;

    private Language(string code, string name, IReadOnlyDictionary<string, string> words)
    {
        Code = code;
        Name = name;
        _words = words;
    }

    /// <summary>English.</summary>
    public static Language English { get; } = new("en", "English", new Dictionary<string, string>());

    /// <summary>Spanish.</summary>
    public static Language Spanish { get; } = new("es", "Español", SpanishWords.All);

    /// <summary>All that there are.</summary>
    public static IReadOnlyList<Language> All { get; } = [English, Spanish];

    /// <summary>As HTML and browsers name it.</summary>
    public string Code { get; }

    /// <summary>As those who speak it name it.</summary>
    public string Name { get; }

    /// <summary>A text, by its English form.</summary>
    public string this[string english] => _words.GetValueOrDefault(english, english);

    /// <summary>A text, by its English form, with values in it.</summary>
    public string Format(string english, params ReadOnlySpan<object?> values) =>
        string.Format(System.Globalization.CultureInfo.InvariantCulture, this[english], values);

    /// <summary>The language with a code; null when there is none.</summary>
    public static Language? Find(string? code) => All.FirstOrDefault(language => language.Code == code);

    /// <summary>The first that a browser asks for of those that there are.</summary>
    /// <param name="accepted">The header <c>Accept-Language</c>.</param>
    public static Language Preferred(string accepted) =>
        accepted
            .Split(',', StringSplitOptions.TrimEntries)
            .Select((range, place) => (Code: range.Split(';', '-')[0], Weight: WeightOf(range), Place: place))
            .Where(range => range.Weight > 0)
            .OrderByDescending(range => range.Weight)
            .ThenBy(range => range.Place)
            .Select(range => Find(range.Code))
            .FirstOrDefault(language => language is not null)
        ?? English;

    private static double WeightOf(string range) =>
        range.IndexOf(";q=", StringComparison.Ordinal) is >= 0 and var at
            ? double.TryParse(range.AsSpan(at + 3), System.Globalization.CultureInfo.InvariantCulture, out var weight)
                ? weight
                : 0
            : 1;
}
