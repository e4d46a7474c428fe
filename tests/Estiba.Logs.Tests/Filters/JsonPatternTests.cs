namespace Estiba.Logs.Tests.Filters;

public sealed class JsonPatternTests
{
    private const string Event = """
        {
          "eventType": "UpdateTrail", "sourceIPAddress": "111.111.111.111", "arrayKey": ["value", "another value"],
          "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}], "SomeObject": null, "cluster.name": "c", "detail-type": "x",
          "user": {"id": 1, "email": "John.Stiles@example.com"}, "users": [{"id": 2, "email": "John.Doe@example.com"}],
          "ThisFlag": true, "ThatFlag": false, "bandwidth": 75.5, "small": 1e-3, "negative": -4, "status": 404, "quoted": "a\"b\u00e9*"
        }
        """;

    [Theory]
    [InlineData("{ $.eventType = \"UpdateTrail\" }", true)]
    [InlineData("{$.eventType=UpdateTrail}", true)]
    [InlineData("{ $.eventType = \"updatetrail\" }", false)]
    [InlineData("{ $.eventType = \"Update*\" }", true)]
    [InlineData("{ $.eventType = *Trail }", true)]
    [InlineData("{ $.eventType = \"*d*T*l\" }", true)]
    [InlineData("{ $.eventType = \"Trail*\" }", false)]
    [InlineData("{ $.eventType = \"*\" }", true)]
    [InlineData("{ $.missing = \"*\" }", false)]
    [InlineData("{ $.sourceIPAddress != 123.123.* }", true)]
    [InlineData("{ $.sourceIPAddress != 111.111.* }", false)]
    [InlineData("{ $.missing != \"x\" }", false)]
    [InlineData("{ $.arrayKey[0] = \"value\" }", true)]
    [InlineData("{ $.arrayKey[1] = \"value\" }", false)]
    [InlineData("{ $.arrayKey[7] NOT EXISTS }", true)]
    [InlineData("{ $.eventType[0] = \"U\" }", false)]
    [InlineData("{ $.objectList[1].id = 2 }", true)]
    [InlineData("{ $.SomeObject IS NULL }", true)]
    [InlineData("{ $.missing IS NULL }", false)]
    [InlineData("{ $.SomeOtherObject NOT EXISTS }", true)]
    [InlineData("{ $.SomeObject NOT EXISTS }", false)]
    [InlineData("{ $.ThisFlag IS TRUE }", true)]
    [InlineData("{ $.ThisFlag IS FALSE }", false)]
    [InlineData("{ $.ThatFlag IS FALSE }", true)]
    [InlineData("{ $.eventType IS TRUE }", false)]
    [InlineData("{ $.bandwidth > 75 }", true)]
    [InlineData("{ $.bandwidth >= 75.5 && $.bandwidth <= 75.5 }", true)]
    [InlineData("{ $.bandwidth < 75.5 }", false)]
    [InlineData("{ $.small = 0.001 }", true)]
    [InlineData("{ $.small >= 1E-3 }", true)]
    [InlineData("{ $.negative < -3.5e+0 }", true)]
    [InlineData("{ $.eventType > 3 }", false)]
    [InlineData("{ $.status = 4* }", true)]
    [InlineData("{ $.status != 404 }", false)]
    [InlineData("{ $.user.id = 1 && $.users[0].email = \"John.Doe@example.com\" }", true)]
    [InlineData("{ ($.user.id = 2 && $.users[0].email = \"nonmatch\") || $.ThisFlag IS TRUE }", true)]
    [InlineData("{ $.user.id = 1 || $.user.id = 2 && $.ThisFlag IS FALSE }", true)]
    [InlineData("{ ($.user.id = 1 || $.user.id = 2) && $.ThisFlag IS FALSE }", false)]
    [InlineData("{ (($.user.id = 1)) }", true)]
    [InlineData("{ $.eventType =%Trail% }", true)]
    [InlineData("{ $.eventType != %^Trail% }", true)]
    [InlineData("{ $.sourceIPAddress = %1{3}\\.1+% }", true)]
    [InlineData("{ $.['cluster.name'] = \"c\" }", true)]
    [InlineData("{ $[\"cluster.name\"] = \"c\" }", true)]
    [InlineData("{ $.detail-type = x }", true)]
    [InlineData("{ $.quoted = \"a\\\"bé*\" }", true)]
    [InlineData("{ $.quoted = \"a\\\"bé\\*\" }", true)]
    [InlineData("{ $.eventType = \"UpdateTrai\\*\" }", false)]
    [InlineData("{ $.user = \"*\" }", true)]
    [InlineData("{ $.user = \"x\" }", false)]
    public void A_message_matches_the_conditions_or_not(string pattern, bool matches) =>
        PatternCase.Matches(pattern, Event).ShouldBe(matches);

    [Theory]
    [InlineData("not json")]
    [InlineData("{\"a\": 1")]
    [InlineData("{\"a\": 1} trailing}")]
    [InlineData("[{\"a\": 1}]")]
    [InlineData("{a: 1}")]
    [InlineData("{}{}")]
    [InlineData("")]
    public void What_is_no_JSON_object_never_matches(string message) =>
        PatternCase.Matches("{ $.b NOT EXISTS }", message).ShouldBeFalse();

    [Fact]
    public void The_last_of_equal_names_counts() =>
        PatternCase.Matches("{ $.a = 2 }", """{"a": 1, "a": 2}""").ShouldBeTrue();

    [Fact]
    public void The_values_of_the_selectors_are_extracted() =>
        PatternCase
            .Extract("{ $.user.id = 1 && $.arrayKey[1] = * && $.ThisFlag IS TRUE }", Event)
            .ShouldBe(
                new Dictionary<string, string>
                {
                    ["$.user.id"] = "1",
                    ["$.arrayKey[1]"] = "another value",
                    ["$.ThisFlag"] = "true",
                },
                ignoreOrder: true
            );

    [Theory]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("{ $.a }")]
    [InlineData("{ $.a = }")]
    [InlineData("{ $.a = \"x }")]
    [InlineData("{ $ = 1 }")]
    [InlineData("{ a = 1 }")]
    [InlineData("{ $.a[x] = 1 }")]
    [InlineData("{ $.a[1 = 1 }")]
    [InlineData("{ $.a > \"5\" }")]
    [InlineData("{ $.a > x }")]
    [InlineData("{ $.a IS 5 }")]
    [InlineData("{ $.a NOT 5 }")]
    [InlineData("{ $.a = 1 && }")]
    [InlineData("{ ($.a = 1 }")]
    [InlineData("{ $.a = 1 } x")]
    [InlineData("{ $.a = 1 & $.b = 2 }")]
    [InlineData("{ $.a = %x% && $.b = %y% && $.c = %z% }")]
    [InlineData("{ $.a[99999999999] = 1 }")]
    public void What_is_no_pattern_is_refused(string pattern) =>
        PatternCase.Refused(pattern).ShouldStartWith("Invalid filter pattern");

    [Fact]
    public void A_name_with_other_characters_must_be_quoted_in_brackets() =>
        PatternCase.Refused("{ $.\"sc-status\" = 5* }").ShouldBe("Invalid character(s) in term '$.\"'");

    [Fact]
    public void Parentheses_may_not_be_nested_without_end() =>
        PatternCase
            .Refused("{" + new string('(', 500) + "$.a = 1" + new string(')', 500) + "}")
            .ShouldContain("nested");
}
