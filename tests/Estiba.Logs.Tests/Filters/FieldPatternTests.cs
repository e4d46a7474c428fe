namespace Estiba.Logs.Tests.Filters;

public sealed class FieldPatternTests
{
    private const string Access =
        "127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] \"GET /index.html HTTP/1.0\" 404 1534";

    [Theory]
    [InlineData("[ip, logname, user, timestamp, request, status, bytes]", true)]
    [InlineData("[ip, logname, user, timestamp, request, status]", false)]
    [InlineData("[ip, logname, user, timestamp, request, status = 404, bytes]", true)]
    [InlineData("[ip, logname, user, timestamp, request, status = 4*, bytes > 1000]", true)]
    [InlineData("[ip, logname, user, timestamp, request, status = 4*, bytes > 2000]", false)]
    [InlineData("[ip, logname, user, timestamp, request, status != 404, bytes]", false)]
    [InlineData("[ip=127.0.0.*, ...]", true)]
    [InlineData("[..., status = 404, bytes]", true)]
    [InlineData("[..., bytes <= 1534.0]", true)]
    [InlineData("[ip, user, ..., status = 4*, bytes > 1000]", true)]
    [InlineData("[...]", true)]
    [InlineData("[ip, ..., a, b, c, d, e, f, g]", false)]
    [InlineData("[ip, logname, user, timestamp, request = *.html*, status, bytes]", true)]
    [InlineData("[ip, logname, user, timestamp = \"10/Oct/2000*\", request, status, bytes]", true)]
    [InlineData("[ip, logname, user, timestamp, request, status = 404 || status = 410, bytes]", true)]
    [InlineData(
        "[ip, logname, user, timestamp, request, (status = 4* && status != 404) || status = 500, bytes]",
        false
    )]
    [InlineData("[ip=%127\\.0\\.0\\.[1-9]%, ...]", true)]
    [InlineData("[w1!=Prod&&w1!=%^10%, ...]", true)]
    [InlineData("[..., status = \"404\", bytes]", true)]
    public void An_access_log_line_matches_the_fields_or_not(string pattern, bool matches) =>
        PatternCase.Matches(pattern, Access).ShouldBe(matches);

    [Theory]
    [InlineData("[a, b]", "one   two", true)]
    [InlineData("[a, b]", " one two ", true)]
    [InlineData("[a, b]", "\"one two", true)]
    [InlineData("[a]", "", false)]
    [InlineData("[...]", "", true)]
    [InlineData("[a = 1000]", "1e3", true)]
    [InlineData("[a = \"1000\"]", "1e3", false)]
    [InlineData("[a > 5]", "x", false)]
    public void Words_are_fields(string pattern, string message, bool matches) =>
        PatternCase.Matches(pattern, message).ShouldBe(matches);

    [Fact]
    public void The_fields_are_extracted_by_name_and_those_of_the_ellipsis_by_number() =>
        PatternCase
            .Extract("[ip, ..., status, bytes]", Access)
            .ShouldBe(
                new Dictionary<string, string>
                {
                    ["$ip"] = "127.0.0.1",
                    ["$2"] = "Prod",
                    ["$3"] = "frank",
                    ["$4"] = "10/Oct/2000:13:25:15 -0700",
                    ["$5"] = "GET /index.html HTTP/1.0",
                    ["$status"] = "404",
                    ["$bytes"] = "1534",
                },
                ignoreOrder: true
            );

    [Fact]
    public void A_line_with_hundreds_of_fields_is_split() =>
        PatternCase.Matches("[..., last = 499]", string.Join(' ', Enumerable.Range(0, 500))).ShouldBeTrue();

    [Theory]
    [InlineData("[")]
    [InlineData("[]")]
    [InlineData("[a")]
    [InlineData("[a,]")]
    [InlineData("[a, ..., b, ...]")]
    [InlineData("[a = ]")]
    [InlineData("[a > b]")]
    [InlineData("[a = 1 && b = 2]")]
    [InlineData("[a] x")]
    [InlineData("[a IS NULL]")]
    [InlineData("[(a = 1]")]
    public void What_is_no_pattern_is_refused(string pattern) =>
        PatternCase.Refused(pattern).ShouldStartWith("Invalid filter pattern");
}
