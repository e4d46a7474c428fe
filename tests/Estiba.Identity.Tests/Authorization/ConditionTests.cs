using System.Text.Json;
using Estiba.Identity.Authorization.Policies;

namespace Estiba.Identity.Tests.Authorization;

/// <summary>Every operator of conditions, and what each makes of keys that are absent or have several values.</summary>
public sealed class ConditionTests
{
    private const string Bag = "aws:TagKeys";

    private static readonly Keys ConditionKeys = new()
    {
        ["aws:username"] = ["alice"],
        ["aws:userid"] = ["AIDA*"],
        ["aws:PrincipalArn"] = ["arn:aws:iam::123456789012:role/a:b/c"],
        ["aws:SourceArn"] = ["arn:aws:ecs:eu-west-1:123456789012:task/c/1"],
        ["aws:SourceIp"] = ["203.0.113.7"],
        ["aws:CurrentTime"] = ["2026-11-30T12:00:00Z"],
        ["aws:EpochTime"] = ["1796040000"],
        ["aws:SecureTransport"] = ["true"],
        ["aws:UserAgent"] = ["aws-cli/2 *"],
        ["ecs:task-cpu"] = ["1024"],
        ["aws:PrincipalTag/team"] = ["blue"],
        [Bag] = ["one", "two"],
        ["six:address"] = ["2001:db8::7"],
        ["a:key"] = ["QmluYXJ5"],
    };

    [Theory]
    [InlineData(true, """{"StringEquals":{"aws:username":"alice"}}""")]
    [InlineData(false, """{"StringEquals":{"aws:username":"Alice"}}""")]
    [InlineData(false, """{"StringEquals":{"aws:username":"al*"}}""")]
    [InlineData(true, """{"StringEquals":{"AWS:UserName":["bob","alice"]}}""")]
    [InlineData(true, """{"stringequals":{"aws:username":"alice"}}""")]
    [InlineData(false, """{"StringNotEquals":{"aws:username":["bob","alice"]}}""")]
    [InlineData(true, """{"StringNotEquals":{"aws:username":["bob","carol"]}}""")]
    [InlineData(true, """{"StringEqualsIgnoreCase":{"aws:username":"ALICE"}}""")]
    [InlineData(false, """{"StringNotEqualsIgnoreCase":{"aws:username":"ALICE"}}""")]
    [InlineData(true, """{"StringLike":{"aws:username":"a*e"}}""")]
    [InlineData(true, """{"StringLike":{"aws:SourceArn":"arn:*1"}}""")]
    [InlineData(false, """{"StringLike":{"aws:username":"A*"}}""")]
    [InlineData(false, """{"StringNotLike":{"aws:username":"a*"}}""")]
    [InlineData(true, """{"StringLike":{"aws:username":"alic?"}}""")]
    public void Strings(bool holds, string condition) => Ask(condition).ShouldBe(holds);

    [Theory]
    [InlineData(true, """{"NumericEquals":{"ecs:task-cpu":"1024"}}""")]
    [InlineData(true, """{"NumericEquals":{"ecs:task-cpu":1024}}""")]
    [InlineData(true, """{"NumericEquals":{"ecs:task-cpu":"1024.0"}}""")]
    [InlineData(false, """{"NumericNotEquals":{"ecs:task-cpu":"1024"}}""")]
    [InlineData(false, """{"NumericLessThan":{"ecs:task-cpu":"1024"}}""")]
    [InlineData(true, """{"NumericLessThanEquals":{"ecs:task-cpu":"1024"}}""")]
    [InlineData(true, """{"NumericGreaterThan":{"ecs:task-cpu":"256"}}""")]
    [InlineData(false, """{"NumericGreaterThanEquals":{"ecs:task-cpu":"2048"}}""")]
    [InlineData(false, """{"NumericEquals":{"aws:username":"1"}}""")]
    [InlineData(false, """{"NumericLessThan":{"aws:username":"1"}}""")]
    public void Numbers(bool holds, string condition) => Ask(condition).ShouldBe(holds);

    [Theory]
    [InlineData(true, """{"DateEquals":{"aws:CurrentTime":"2026-11-30T12:00:00Z"}}""")]
    [InlineData(true, """{"DateEquals":{"aws:CurrentTime":"2026-11-30T13:00:00+01:00"}}""")]
    [InlineData(true, """{"DateGreaterThan":{"aws:CurrentTime":"2026-11-30"}}""")]
    [InlineData(false, """{"DateLessThan":{"aws:CurrentTime":"2026-11-30T12:00:00Z"}}""")]
    [InlineData(true, """{"DateLessThanEquals":{"aws:CurrentTime":"2026-11-30T12:00:00Z"}}""")]
    [InlineData(true, """{"DateLessThan":{"aws:CurrentTime":"2026-12-01T00:00:00.5Z"}}""")]
    [InlineData(true, """{"DateGreaterThanEquals":{"aws:EpochTime":"2026-11-30T12:00:00Z"}}""")]
    [InlineData(true, """{"DateEquals":{"aws:CurrentTime":"1796040000"}}""")]
    [InlineData(false, """{"DateNotEquals":{"aws:CurrentTime":"1796040000"}}""")]
    [InlineData(false, """{"DateLessThan":{"aws:CurrentTime":"tomorrow"}}""")]
    public void Dates(bool holds, string condition) => Ask(condition).ShouldBe(holds);

    [Theory]
    [InlineData(true, """{"Bool":{"aws:SecureTransport":"true"}}""")]
    [InlineData(true, """{"Bool":{"aws:SecureTransport":true}}""")]
    [InlineData(false, """{"Bool":{"aws:SecureTransport":"false"}}""")]
    [InlineData(true, """{"BinaryEquals":{"a:key":"QmluYXJ5"}}""")]
    [InlineData(false, """{"BinaryEquals":{"a:key":"QmluYXJ6"}}""")]
    [InlineData(true, """{"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}""")]
    [InlineData(true, """{"IpAddress":{"aws:SourceIp":["10.0.0.0/8","203.0.113.7"]}}""")]
    [InlineData(false, """{"IpAddress":{"aws:SourceIp":"203.0.113.8/30"}}""")]
    [InlineData(false, """{"NotIpAddress":{"aws:SourceIp":"203.0.113.0/24"}}""")]
    [InlineData(true, """{"NotIpAddress":{"aws:SourceIp":"198.51.100.0/24"}}""")]
    [InlineData(true, """{"IpAddress":{"six:address":"2001:db8::/32"}}""")]
    [InlineData(false, """{"IpAddress":{"six:address":"203.0.113.0/24"}}""")]
    [InlineData(true, """{"IpAddress":{"aws:SourceIp":"0.0.0.0/0"}}""")]
    public void Truths_bytes_and_addresses(bool holds, string condition) => Ask(condition).ShouldBe(holds);

    [Theory]
    [InlineData(true, """{"ArnEquals":{"aws:SourceArn":"arn:aws:ecs:*:123456789012:task/*"}}""")]
    [InlineData(true, """{"ArnLike":{"aws:SourceArn":"arn:aws:ecs:eu-west-?:*:task/c/1"}}""")]
    [InlineData(false, """{"ArnLike":{"aws:SourceArn":"arn:aws:*:task/c/1"}}""")]
    [InlineData(true, """{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/a*c"}}""")]
    [InlineData(false, """{"ArnNotLike":{"aws:SourceArn":"arn:aws:ecs:*:*:*"}}""")]
    [InlineData(true, """{"ArnNotEquals":{"aws:SourceArn":"arn:aws:ec2:*:*:*"}}""")]
    public void Arns(bool holds, string condition) => Ask(condition).ShouldBe(holds);

    [Theory]
    [InlineData(false, """{"StringEquals":{"aws:none":"x"}}""")]
    [InlineData(true, """{"StringEqualsIfExists":{"aws:none":"x"}}""")]
    [InlineData(false, """{"StringEqualsIfExists":{"aws:username":"x"}}""")]
    [InlineData(true, """{"StringNotEquals":{"aws:none":"x"}}""")]
    [InlineData(true, """{"NotIpAddress":{"aws:none":"10.0.0.0/8"}}""")]
    [InlineData(true, """{"ArnNotLike":{"aws:none":"arn:aws:ecs:*:*:*"}}""")]
    [InlineData(false, """{"Bool":{"aws:none":"false"}}""")]
    [InlineData(true, """{"BoolIfExists":{"aws:none":"true"}}""")]
    [InlineData(false, """{"NumericLessThan":{"aws:none":"1"}}""")]
    [InlineData(true, """{"Null":{"aws:none":"true"}}""")]
    [InlineData(false, """{"Null":{"aws:none":"false"}}""")]
    [InlineData(true, """{"Null":{"aws:username":false}}""")]
    [InlineData(false, """{"Null":{"aws:username":"true"}}""")]
    public void Keys_that_are_absent(bool holds, string condition) => Ask(condition).ShouldBe(holds);

    [Theory]
    [InlineData(true, """{"ForAnyValue:StringEquals":{"aws:TagKeys":["two","three"]}}""")]
    [InlineData(false, """{"ForAnyValue:StringEquals":{"aws:TagKeys":["three"]}}""")]
    [InlineData(false, """{"ForAnyValue:StringEquals":{"aws:none":["three"]}}""")]
    [InlineData(true, """{"ForAllValues:StringEquals":{"aws:TagKeys":["one","two","three"]}}""")]
    [InlineData(false, """{"ForAllValues:StringEquals":{"aws:TagKeys":["one"]}}""")]
    [InlineData(true, """{"ForAllValues:StringEquals":{"aws:none":["one"]}}""")]
    [InlineData(true, """{"forallvalues:StringLike":{"aws:TagKeys":["*o*"]}}""")]
    [InlineData(true, """{"ForAnyValue:StringNotEquals":{"aws:TagKeys":["one"]}}""")]
    [InlineData(false, """{"ForAnyValue:StringNotEquals":{"aws:none":["one"]}}""")]
    [InlineData(false, """{"ForAllValues:StringNotEquals":{"aws:TagKeys":["one"]}}""")]
    [InlineData(true, """{"ForAllValues:StringNotEquals":{"aws:TagKeys":["three"]}}""")]
    public void Keys_with_several_values(bool holds, string condition) => Ask(condition).ShouldBe(holds);

    [Theory]
    [InlineData(true, """{"StringEquals":{"aws:username":"${aws:username}"}}""")]
    [InlineData(true, """{"StringLike":{"aws:SourceArn":"arn:*:${aws:none, 'task'}/c/1"}}""")]
    [InlineData(true, """{"StringEquals":{"aws:PrincipalTag/team":"${aws:PrincipalTag/Team}"}}""")]
    [InlineData(false, """{"StringEquals":{"aws:username":"${aws:none}"}}""")]
    [InlineData(false, """{"StringLike":{"aws:username":"${aws:TagKeys}"}}""")]
    [InlineData(true, """{"StringLike":{"aws:UserAgent":"aws-cli/2 ${*}"}}""")]
    [InlineData(false, """{"StringLike":{"aws:username":"${*}"}}""")]
    [InlineData(true, """{"StringEquals":{"aws:userid":"AIDA${*}"}}""")]
    [InlineData(false, """{"StringLike":{"aws:username":"${aws:UserAgent}*"}}""")]
    [InlineData(false, """{"NumericEquals":{"ecs:task-cpu":"${ecs:task-cpu}"}}""")]
    public void Variables(bool holds, string condition) => Ask(condition).ShouldBe(holds);

    [Fact]
    public void A_variable_of_the_older_version_is_only_its_text() =>
        Ask("""{"StringEquals":{"aws:username":"${aws:username}"}}""", "2008-10-17").ShouldBeFalse();

    [Theory]
    [InlineData(
        true,
        """{"StringEquals":{"aws:username":"alice","aws:PrincipalTag/team":"blue"},"Bool":{"aws:SecureTransport":"true"}}"""
    )]
    [InlineData(false, """{"StringEquals":{"aws:username":"alice","aws:PrincipalTag/team":"red"}}""")]
    [InlineData(false, """{"StringEquals":{"aws:username":"alice"},"Bool":{"aws:SecureTransport":"false"}}""")]
    public void All_must_hold(bool holds, string condition) => Ask(condition).ShouldBe(holds);

    [Theory]
    [InlineData("StringMatches")]
    [InlineData("ForSomeValues:StringEquals")]
    public void An_operator_that_nobody_knows_never_allows_and_always_denies(string name)
    {
        var condition = $$$"""{"{{{name}}}":{"aws:username":"alice"}}""";

        (Holds("Allow", condition, "2012-10-17"), Holds("Deny", condition, "2012-10-17")).ShouldBe((false, true));
    }

    private static bool Ask(string condition, string version = "2012-10-17") => Holds("Allow", condition, version);

    private static bool Holds(string effect, string condition, string version)
    {
        var document = JsonSerializer.Serialize(
            new
            {
                Version = version,
                Statement = new
                {
                    Effect = effect,
                    Action = "*",
                    Resource = "*",
                    Condition = JsonDocument.Parse(condition).RootElement,
                },
            }
        );
        return PolicyParser.Parse(document).Single().ConditionsHold(ConditionKeys);
    }
}
