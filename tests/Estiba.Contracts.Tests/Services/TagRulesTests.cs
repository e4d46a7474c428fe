namespace Estiba.Contracts.Tests.Services;

public sealed class TagRulesTests
{
    private static readonly TagFaults Faults = new()
    {
        TooMany = count => new AwsException("TooMany", $"{count}"),
        NoKey = () => new AwsException("NoKey", ""),
        Reserved = key => new AwsException("Reserved", key),
        LongKey = key => new AwsException("LongKey", key),
        LongValue = key => new AwsException("LongValue", key),
        Duplicate = key => new AwsException("Duplicate", key),
    };

    [Theory]
    [InlineData(TagOrder.AsPut, "b=2 c=3 a=4")]
    [InlineData(TagOrder.InPlace, "a=4 b=2 c=3")]
    [InlineData(TagOrder.ByKey, "a=4 b=2 c=3")]
    public void A_key_that_is_there_gets_the_new_value(TagOrder order, string merged) =>
        Text(Rules(order).Merge([Of("a", "1"), Of("b", "2"), Of("c", "3")], [Of("a", "4")])).ShouldBe(merged);

    [Fact]
    public void Keys_without_regard_to_case_are_the_same_where_a_service_says_so()
    {
        var rules = new TagRules<Tag>(tag => tag.Key, tag => tag.Value, Faults)
        {
            Keys = StringComparer.OrdinalIgnoreCase,
        };

        Text(rules.Merge([Of("a", "1")], [Of("A", "2")])).ShouldBe("A=2");
        Text(rules.Without([Of("a", "1"), Of("b", "2")], ["A", "nothing"])).ShouldBe("b=2");
        Should.Throw<AwsException>(() => rules.Check([Of("a", "1"), Of("A", "2")])).Code.ShouldBe("Duplicate");
    }

    [Fact]
    public void Tags_of_AWS_stay_and_do_not_count()
    {
        var existing = Enumerable.Range(0, 49).Select(i => Of($"{i}", "")).Append(Of("aws:ecs:clusterName", "c"));

        Rules().Merge([.. existing], [Of("one more", "")]).Count.ShouldBe(51);
        var refused = Should.Throw<AwsException>(() => Rules().Merge([.. existing], [Of("x", ""), Of("y", "")]));
        (refused.Code, refused.Message).ShouldBe(("TooMany", "51"));
    }

    [Theory]
    [InlineData("", "", "NoKey")]
    [InlineData("AWS:x", "", "Reserved")]
    [InlineData("a key of 21 characters", "", "LongKey")]
    [InlineData("key", "123456", "LongValue")]
    public void What_may_not_be_put_is_refused_in_the_words_of_the_service(string key, string value, string code) =>
        Should.Throw<AwsException>(() => Rules().Merge([], [Of(key, value)])).Code.ShouldBe(code);

    [Fact]
    public void What_a_service_has_no_words_for_is_not_refused()
    {
        var rules = new TagRules<Tag>(
            tag => tag.Key,
            tag => tag.Value,
            new TagFaults { TooMany = count => new AwsException("TooMany", $"{count}") }
        )
        {
            LongestKey = 4,
        };

        Text(rules.Merge([], [Of("aws:long", "1"), Of("aws:long", "2")])).ShouldBe("aws:long=2");
    }

    private static TagRules<Tag> Rules(TagOrder order = TagOrder.AsPut) =>
        new(tag => tag.Key, tag => tag.Value, Faults)
        {
            Order = order,
            LongestKey = 20,
            LongestValue = 5,
        };

    private static Tag Of(string key, string value) => new(key, value);

    private static string Text(IEnumerable<Tag> tags) => string.Join(' ', tags.Select(tag => $"{tag.Key}={tag.Value}"));

    private sealed record Tag(string Key, string Value);
}
