using System.Text.RegularExpressions;
using Estiba.Console.Texts;

namespace Estiba.Console.Tests.Texts;

public sealed partial class LanguageTests
{
    [Theory]
    [InlineData("", "en")]
    [InlineData("fr-FR, *;q=0.1", "en")]
    [InlineData("es", "es")]
    [InlineData("fr;q=0.9, es-MX;q=0.8, en;q=0.7", "es")]
    [InlineData("en;q=0.3, es;q=0.8", "es")]
    [InlineData("es;q=0, en;q=0.1", "en")]
    [InlineData("es;q=much", "en")]
    public void The_browser_is_answered_in_what_it_prefers_of_what_there_is(string accepted, string code) =>
        Language.Preferred(accepted).Code.ShouldBe(code);

    [Fact]
    public void A_translation_has_the_same_values_in_it() =>
        SpanishWords.All.Where(it => !Values(it.Key).SetEquals(Values(it.Value))).Select(it => it.Key).ShouldBeEmpty();

    [Fact]
    public void Everything_that_pages_say_is_translated()
    {
        var said = Directory
            .EnumerateFiles(Sources(), "*.*", SearchOption.AllDirectories)
            .Where(file => file.EndsWith(".razor", StringComparison.Ordinal))
            .SelectMany(file => Said().Matches(File.ReadAllText(file)))
            .Select(match => match.Groups[1].Value)
            .ToHashSet(StringComparer.Ordinal);

        said.Count.ShouldBeGreaterThan(200);
        said.Where(text => !SpanishWords.All.ContainsKey(text)).ShouldBeEmpty();
    }

    private static HashSet<string> Values(string text) => [.. Placeholder().Matches(text).Select(it => it.Value)];

    private static string Sources()
    {
        var directory = AppContext.BaseDirectory;
        while (!Directory.Exists(Path.Combine(directory, "src", "Console")))
            directory = Path.GetDirectoryName(directory)!;
        return Path.Combine(directory, "src", "Console", "Pages");
    }

    [GeneratedRegex(@"\{\d\}", RegexOptions.None, 1000)]
    private static partial Regex Placeholder();

    [GeneratedRegex("Words(?:\\[|\\.Format\\(\\s*)\"((?:[^\"\\\\])+)\"", RegexOptions.None, 1000)]
    private static partial Regex Said();
}
