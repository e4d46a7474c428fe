namespace Estiba.Logs.Tests.Filters;

public sealed class TermPatternTests
{
    [Theory]
    [InlineData("", "anything", true)]
    [InlineData("   ", "anything", true)]
    [InlineData("ERROR", "[ERROR 400] BAD REQUEST", true)]
    [InlineData("ERROR", "UNERRORED", true)]
    [InlineData("ERROR", "Error", false)]
    [InlineData("ERROR ARGUMENTS", "[ERROR 419] MISSING ARGUMENTS", true)]
    [InlineData("ERROR ARGUMENTS", "[ERROR 401] UNAUTHORIZED REQUEST", false)]
    [InlineData("?ERROR ?WARN", "[WARN] disk", true)]
    [InlineData("?ERROR ?WARN", "[INFO] disk", false)]
    [InlineData("ERROR -EXITING", "[ERROR 400] BAD", true)]
    [InlineData("ERROR -EXITING", "[ERROR 500] EXITING", false)]
    [InlineData("-EXITING", "fine", true)]
    [InlineData("\"INTERNAL SERVER\"", "[ERROR 500] INTERNAL SERVER ERROR", true)]
    [InlineData("\"INTERNAL SERVER\"", "SERVER INTERNAL", false)]
    [InlineData("\"say \\\"hi\\\" \\\\ bye\"", "say \"hi\" \\ bye", true)]
    [InlineData("?\"a b\" ?\"c d\"", "x c d", true)]
    [InlineData("-\"a b\" x", "x a b", false)]
    [InlineData("niño", "el niño", true)]
    [InlineData("%AUTHORIZED%", "[ERROR 401] UNAUTHORIZED REQUEST", true)]
    [InlineData("%^[hc]at%", "hat on", true)]
    [InlineData("%^[hc]at%", "a cat", false)]
    [InlineData("%\\d{1,3}\\.\\d{1,3}%", "at 10.66 now", true)]
    [InlineData("-%[0-9]+ms%", "took 5ms", false)]
    public void A_message_matches_the_terms_or_not(string pattern, string message, bool matches) =>
        PatternCase.Matches(pattern, message).ShouldBe(matches);

    [Fact]
    public void Optional_terms_are_ignored_beside_required_ones() =>
        PatternCase.Matches("?ERROR REQUEST", "BAD REQUEST").ShouldBeTrue();

    [Theory]
    [InlineData("status:500", ":")]
    [InlineData("a,b", ",")]
    [InlineData("(x)", "(")]
    [InlineData("WARN*", "*")]
    [InlineData("task-id", "-")]
    public void Other_characters_than_letters_and_digits_need_quotes(string pattern, string characters) =>
        PatternCase.Refused(pattern).ShouldBe($"Invalid character(s) in term '{characters}'");

    [Theory]
    [InlineData("\"open")]
    [InlineData("%open")]
    [InlineData("%%")]
    [InlineData("?")]
    [InlineData("- x")]
    [InlineData("%[%")]
    [InlineData("%a% %b% %c%")]
    [InlineData("%a{1001}%")]
    public void What_is_no_pattern_is_refused(string pattern) =>
        PatternCase.Refused(pattern).ShouldStartWith("Invalid filter pattern");

    [Theory]
    [InlineData("%something!%", "!")]
    [InlineData("%(a|b)%", "(")]
    [InlineData("%a b%", " ")]
    [InlineData("%ñ%", "ñ")]
    public void A_regular_expression_has_only_the_documented_characters(string pattern, string character) =>
        PatternCase.Refused(pattern).ShouldBe($"Invalid character(s) in term '{character}'");
}
