using Estiba.Identity.Authorization.Policies;

namespace Estiba.Identity.Tests.Authorization;

/// <summary>What the policies of a principal amount to together.</summary>
public sealed class EvaluationTests
{
    private const string Cluster = "arn:aws:ecs:us-east-1:123456789012:cluster/blue";
    private const string Everything = """{"Effect":"Allow","Action":"*","Resource":"*"}""";
    private const string NoAllow = "because no identity-based policy allows the ecs:DeleteCluster action";
    private const string Denied = "with an explicit deny in an identity-based policy";

    [Theory]
    [InlineData(null, """{"Effect":"Allow","Action":"ecs:DeleteCluster","Resource":"*"}""")]
    [InlineData(
        null,
        """{"Effect":"Allow","Action":["ecs:ListClusters","ECS:deletecluster"],"Resource":["arn:aws:ecs:*:*:cluster/red","arn:aws:ecs:*:*:cluster/blue"]}"""
    )]
    [InlineData(
        NoAllow,
        """{"Effect":"Allow","Action":"ecs:DeleteCluster","Resource":"arn:aws:ecs:*:*:cluster/red"}"""
    )]
    [InlineData(NoAllow, """{"Effect":"Allow","Action":"ecs:DeleteService","Resource":"*"}""")]
    [InlineData(NoAllow, """{"Effect":"Allow","NotAction":"ecs:*","Resource":"*"}""")]
    [InlineData(null, """{"Effect":"Allow","NotAction":["iam:*","ecs:Create*"],"Resource":"*"}""")]
    [InlineData(null, """{"Effect":"Allow","Action":"ecs:*","NotResource":"arn:aws:ecs:*:*:cluster/red"}""")]
    [InlineData(
        NoAllow,
        """{"Effect":"Allow","Action":"ecs:*","NotResource":["arn:aws:ecs:*:*:cluster/blue","arn:aws:ecs:*:*:cluster/red"]}"""
    )]
    [InlineData(
        Denied,
        """{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"ecs:Delete*","Resource":"*"}"""
    )]
    [InlineData(
        Denied,
        """{"Effect":"Deny","Action":"ecs:*","NotResource":"arn:aws:ecs:*:*:cluster/red"},{"Effect":"Allow","Action":"*","Resource":"*"}"""
    )]
    [InlineData(
        null,
        """{"Effect":"Deny","Action":"ecs:*","NotResource":"arn:aws:ecs:*:*:cluster/blue"},{"Effect":"Allow","Action":"*","Resource":"*"}"""
    )]
    [InlineData(
        Denied,
        """{"Effect":"Deny","NotAction":"ecs:List*","Resource":"*"},{"Effect":"Allow","Action":"*","Resource":"*"}"""
    )]
    [InlineData(
        null,
        """{"Effect":"Deny","Action":"ecs:*","Resource":"*","Condition":{"StringEquals":{"aws:username":"bob"}}},{"Effect":"Allow","Action":"*","Resource":"*"}"""
    )]
    [InlineData(
        null,
        """{"Effect":"Allow","Action":"ecs:*","Resource":"arn:aws:ecs:*:*:cluster/${aws:PrincipalTag/team}"}"""
    )]
    [InlineData(
        NoAllow,
        """{"Effect":"Allow","Action":"ecs:*","Resource":"arn:aws:ecs:*:*:cluster/${aws:PrincipalTag/nothing}"}"""
    )]
    [InlineData(NoAllow, """{"Effect":"Allow","Action":"ecs:*","Resource":"arn:aws:ecs:*:*:cluster/${aws:userid}"}""")]
    [InlineData(
        null,
        """{"Effect":"Allow","Action":"ecs:*","Resource":"arn:aws:ecs:*:*:cluster/${aws:PrincipalTag/nothing, 'blue'}"}"""
    )]
    public void Its_own(string? refusal, string statements) => Decide([Document(statements)]).ShouldBe(refusal);

    [Fact]
    public void None_allow_nothing() => Decide([]).ShouldBe(NoAllow);

    [Fact]
    public void One_allows_what_another_denies() =>
        Decide([Document(Everything), Document("""{"Effect":"Deny","Action":"ecs:DeleteCluster","Resource":"*"}""")])
            .ShouldBe(Denied);

    [Fact]
    public void The_older_version_has_no_variables() =>
        Decide([
                """{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:ecs:*:*:cluster/${aws:PrincipalTag/team}"}}""",
            ])
            .ShouldBe(NoAllow);

    [Fact]
    public void A_document_that_is_none_allows_nothing() =>
        Decide(["[", """{"Statement":5}""", """{"Statement":{"Effect":"Maybe","Action":"*","Resource":"*"}}"""])
            .ShouldBe(NoAllow);

    [Theory]
    [InlineData(null, Everything)]
    [InlineData(
        "because no permissions boundary allows the ecs:DeleteCluster action",
        """{"Effect":"Allow","Action":"ecs:List*","Resource":"*"}"""
    )]
    [InlineData(
        "with an explicit deny in a permissions boundary",
        """{"Effect":"Deny","Action":"ecs:Delete*","Resource":"*"},{"Effect":"Allow","Action":"*","Resource":"*"}"""
    )]
    public void A_boundary_limits_them(string? refusal, string statements) =>
        Decide([Document(Everything)], boundary: Document(statements)).ShouldBe(refusal);

    [Theory]
    [InlineData(null, Everything)]
    [InlineData(
        "because no session policy allows the ecs:DeleteCluster action",
        """{"Effect":"Allow","Action":"ecs:List*","Resource":"*"}"""
    )]
    [InlineData(
        "with an explicit deny in a session policy",
        """{"Effect":"Deny","Action":"ecs:Delete*","Resource":"*"},{"Effect":"Allow","Action":"*","Resource":"*"}"""
    )]
    public void A_session_limits_them(string? refusal, string statements) =>
        Decide([Document(Everything)], session: Document(statements)).ShouldBe(refusal);

    [Fact]
    public void Neither_gives_what_they_do_not() =>
        Decide([], boundary: Document(Everything), session: Document(Everything)).ShouldBe(NoAllow);

    [Fact]
    public void A_thousand_are_read_once_and_decide()
    {
        var documents = Enumerable
            .Range(0, 1000)
            .Select(i =>
                Document(
                    $$"""{"Effect":"Allow","Action":"ecs:DeleteCluster","Resource":"arn:aws:ecs:us-east-1:123456789012:cluster/c{{i}}-*"}"""
                )
            )
            .ToList();
        var policies = new PrincipalPolicies(new PolicySet(documents));

        policies
            .Refusal(
                new AccessRequest(
                    "ecs:DeleteCluster",
                    ["arn:aws:ecs:us-east-1:123456789012:cluster/c999-x"],
                    new Keys()
                )
            )
            .ShouldBeNull();
        policies.Refusal(new AccessRequest("ecs:DeleteCluster", [Cluster], new Keys())).ShouldBe(NoAllow);
        ReferenceEquals(PolicyParser.Parse(documents[0]), PolicyParser.Parse(documents[0])).ShouldBeTrue();
    }

    private static string Document(string statements) => $$"""{"Version":"2012-10-17","Statement":[{{statements}}]}""";

    private static string? Decide(string[] identity, string? boundary = null, string? session = null)
    {
        var policies = new PrincipalPolicies(
            new PolicySet(identity),
            boundary is null ? null : new PolicySet([boundary]),
            session is null ? null : new PolicySet([session])
        );
        var keys = new Keys
        {
            ["aws:PrincipalTag/team"] = ["blue"],
            ["aws:userid"] = ["*"],
            ["aws:username"] = ["alice"],
        };
        return policies.Refusal(new AccessRequest("ecs:DeleteCluster", [Cluster], keys));
    }
}
