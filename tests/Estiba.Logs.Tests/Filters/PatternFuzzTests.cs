using System.Text;
using Estiba.Contracts;
using Estiba.Logs.Filters;

namespace Estiba.Logs.Tests.Filters;

/// <summary>Whatever is given as a pattern and as a message, there is an answer, and soon.</summary>
public sealed class PatternFuzzTests
{
    private static readonly string[] Pieces =
    [
        "{",
        "}",
        "[",
        "]",
        "(",
        ")",
        "$",
        ".",
        "$.a",
        "$.b[0].c",
        "['x y']",
        "=",
        "!=",
        "<",
        ">=",
        "&&",
        "||",
        "&",
        "IS",
        "NULL",
        "TRUE",
        "NOT",
        "EXISTS",
        "\"",
        "\"x*\"",
        "*",
        "%",
        "%a+b*%",
        "%[a-%",
        "%(%",
        "%a{2,%",
        "\\",
        "?",
        "-",
        "...",
        ",",
        " ",
        "  ",
        "word",
        "ERROR",
        "1",
        "1e9",
        "-3.5E-2",
        "ñ",
        "\ud83d\ude00",
        "\ud83d",
        "\0",
        "\t",
        "'",
        "~",
        "#",
    ];

    private static readonly string[] Messages =
    [
        "",
        " ",
        "word ERROR 1",
        "{\"a\":1,\"b\":[{\"c\":\"x\"}]}",
        "{\"a\":",
        "{\"a\":\"\\ud83d\"}",
        "{\"a\":\"\\u00\"}",
        "{\"\\ud83d\":1,\"a\":1}",
        "[1] \"2 3\" 4",
        "\"",
        "[",
        "{{{{}}}}",
        new string('{', 500) + new string('}', 500),
        new string('a', 5000),
        string.Concat(Enumerable.Repeat("{\"a\":", 400)) + "1" + new string('}', 400),
    ];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 3)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Any_text_is_a_pattern_that_matches_or_not_or_is_refused_as_AWS_refuses(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 3000; round++)
        {
            var pattern = string.Concat(random.GetItems(Pieces, random.Next(1, 14)));
            if (random.Next(3) == 0)
                pattern = "{ $.a" + pattern + " }";
            else if (random.Next(3) == 0)
                pattern = "[a" + pattern + "]";

            FilterPattern compiled;
            try
            {
                compiled = FilterPattern.Parse(pattern);
            }
            catch (AwsException refused)
            {
                refused.Code.ShouldBe("InvalidParameterException", pattern);
                continue;
            }

            var message = Encoding.UTF8.GetBytes(random.GetItems(Messages, 1)[0]);
            if (compiled.Matches(message))
                _ = compiled.Extract(message);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Any_bytes_are_a_message(int seed)
    {
        var random = new Random(seed);
        FilterPattern[] patterns =
        [
            .. new[]
            {
                "ERROR -x",
                "%[a-z]+$%",
                "{ $.a = \"x*\" || $.b[1] NOT EXISTS }",
                "[a, ..., b > 1 && b != %x%]",
            }.Select(FilterPattern.Parse),
        ];
        for (var round = 0; round < 2000; round++)
        {
            var message = new byte[random.Next(60)];
            random.NextBytes(message);
            if (random.Next(2) == 0 && message.Length > 4)
                "{\"a\""u8[..4].CopyTo(message);
            foreach (var pattern in patterns)
                _ = pattern.Matches(message);
        }
    }

    [Theory]
    [InlineData("%a*a*a*a*a*a*a*a*b%")]
    [InlineData("%[a-z]*[a-z]*[a-z]*[a-z]*1%")]
    [InlineData("%a{1,400}a{1,400}b%")]
    [InlineData("{ $.a = \"*a*a*a*a*a*a*a*a*b\" }")]
    public void No_pattern_takes_more_than_time_in_proportion_to_the_message(string pattern)
    {
        var compiled = FilterPattern.Parse(pattern);
        var message = Encoding.UTF8.GetBytes($"{{\"a\":\"{new string('a', 20_000)}\"}}");
        compiled.Matches(message).ShouldBeFalse();
    }

    [Fact]
    public void Wildcards_match_as_a_plain_definition_says()
    {
        var random = new Random(9);
        for (var round = 0; round < 20_000; round++)
        {
            var pattern = string.Concat(random.GetItems(["a", "b", "*"], random.Next(1, 7)));
            var text = string.Concat(random.GetItems(["a", "b"], random.Next(0, 8)));
            PatternValue
                .Text(pattern)
                .MatchesText(Encoding.UTF8.GetBytes(text))
                .ShouldBe(Matches(pattern, text), $"{pattern} on '{text}'");
        }

        static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
        {
            if (pattern.IsEmpty)
                return text.IsEmpty;
            if (pattern[0] == '*')
                return Matches(pattern[1..], text) || (!text.IsEmpty && Matches(pattern, text[1..]));
            return !text.IsEmpty && pattern[0] == text[0] && Matches(pattern[1..], text[1..]);
        }
    }
}
