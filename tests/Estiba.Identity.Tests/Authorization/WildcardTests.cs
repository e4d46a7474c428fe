using Estiba.Identity.Authorization.Policies;

namespace Estiba.Identity.Tests.Authorization;

/// <summary>Stars and question marks of actions and of resources.</summary>
public sealed class WildcardTests
{
    [Theory]
    [InlineData(true, "*", "")]
    [InlineData(true, "*", "ecs:RunTask")]
    [InlineData(true, "ECS:runtask", "ecs:RunTask")]
    [InlineData(true, "ecs:Run*", "ecs:RunTask")]
    [InlineData(true, "ecs:*Task*", "ecs:ListTaskDefinitions")]
    [InlineData(true, "ecs:*task", "ecs:StopTask")]
    [InlineData(false, "ecs:*task", "ecs:StopTasks")]
    [InlineData(true, "ecs:???Task", "ecs:RunTask")]
    [InlineData(false, "ecs:????Task", "ecs:RunTask")]
    [InlineData(false, "ecs:RunTask", "ecs:RunTas")]
    [InlineData(false, "ecs:RunTas", "ecs:RunTask")]
    [InlineData(true, "e*n*k", "ecs:RunTask")]
    [InlineData(true, "e**k", "ecs:RunTask")]
    [InlineData(false, "ec2:*", "ecs:RunTask")]
    [InlineData(true, "*:Describe*", "ecs:DescribeTasks")]
    public void An_action(bool matches, string pattern, string action) =>
        Wildcard.Of(pattern, WildcardScope.All, ignoreCase: true).Matches(action).ShouldBe(matches);

    [Theory]
    [InlineData(true, "arn:aws:ecs:us-east-1:1:cluster/a", "arn:aws:ecs:us-east-1:1:cluster/a")]
    [InlineData(false, "arn:aws:ecs:us-east-1:1:cluster/a", "arn:aws:ecs:us-east-1:1:cluster/A")]
    [InlineData(true, "arn:aws:ecs:us-east-1:1:cluster/*", "arn:aws:ecs:us-east-1:1:cluster/a")]
    [InlineData(true, "arn:aws:ecs:*:1:cluster/a", "arn:aws:ecs:us-east-1:1:cluster/a")]
    [InlineData(true, "arn:aws:ecs:*:*:service/*/web", "arn:aws:ecs:us-east-1:1:service/a/b/web")]
    [InlineData(true, "arn:aws:ecs:*", "arn:aws:ecs:us-east-1:1:cluster/a")]
    [InlineData(true, "arn:aws:ecs:us-east-1:*", "arn:aws:ecs:us-east-1:1:cluster/a")]
    [InlineData(true, "arn:aws:*:a", "arn:aws:ecs:us-east-1:1:a")]
    [InlineData(false, "arn:aws:e*1:cluster/a", "arn:aws:ecs:us-east-1:1:cluster/a")]
    [InlineData(false, "arn:aws:e*us:1:cluster/a", "arn:aws:ecs:us:1:cluster/a")]
    [InlineData(true, "arn:aws:ecs:u*t-1:1:cluster/a", "arn:aws:ecs:us-east-1:1:cluster/a")]
    [InlineData(true, "arn:aws:ecs:us-east-?:1:cluster/?", "arn:aws:ecs:us-east-1:1:cluster/a")]
    [InlineData(false, "arn:aws:ecs?us-east-1:1:cluster/a", "arn:aws:ecs:us-east-1:1:cluster/a")]
    [InlineData(true, "arn:aws:logs:r:1:log-group:/ecs/*:*", "arn:aws:logs:r:1:log-group:/ecs/a:log-stream:b/c")]
    [InlineData(false, "arn:aws:logs:r:1:log-group:/ecs/*-x:*", "arn:aws:logs:r:1:log-group:/ecs/a:log-stream:b-x:")]
    [InlineData(true, "arn:aws:logs:r:1:log-group:/ecs/*-x:*", "arn:aws:logs:r:1:log-group:/ecs/a-b-x:log-stream:b")]
    [InlineData(true, "arn:aws:logs:*:a*b:*:c*d", "arn:aws:logs:x:axxb:y:aab:z:cd")]
    [InlineData(false, "arn:aws:logs:*:a*b:*:c*d", "arn:aws:logs:x:a:b:z:c:d")]
    [InlineData(true, "arn:aws:ecr:r:1:repository/a/*", "arn:aws:ecr:r:1:repository/a/b/c")]
    [InlineData(false, "arn:aws:ecr:r:1:repository/a", "arn:aws:ecr:r:1:repository/a/b")]
    [InlineData(true, "*", "*")]
    [InlineData(false, "arn:aws:ecs:*:*:*", "*")]
    public void A_resource(bool matches, string pattern, string resource) =>
        Wildcard.Of(pattern, WildcardScope.Part).Matches(resource).ShouldBe(matches);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_pattern_of_many_stars_ends(bool ofResources)
    {
        var pattern = Wildcard.Of(
            string.Concat(Enumerable.Repeat("a*:*", 500)) + "b",
            ofResources ? WildcardScope.Part : WildcardScope.All
        );

        pattern.Matches(string.Concat(Enumerable.Repeat("a:", 2000))).ShouldBeFalse();
    }
}
