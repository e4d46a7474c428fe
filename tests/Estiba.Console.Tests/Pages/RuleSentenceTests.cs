using Estiba.Console.Pages.LoadBalancers;
using Estiba.Console.Texts;

namespace Estiba.Console.Tests.Pages;

public sealed class RuleSentenceTests
{
    private const string Group = "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/web/0123";

    [Fact]
    public void A_rule_is_a_sentence() =>
        RuleSentence
            .Of(
                new Elb.Rule
                {
                    Conditions =
                    [
                        new() { Field = "path-pattern", Values = ["/a/*", "/b/*"] },
                        new()
                        {
                            Field = "host-header",
                            HostHeaderConfig = new() { Values = ["shop.example"] },
                        },
                    ],
                    Actions = [new() { Type = "forward", TargetGroupArn = Group }],
                },
                Language.English
            )
            .ShouldBe("If the path is /a/* or /b/* and the host is shop.example: forward to web.");

    [Fact]
    public void The_default_rule_is_all_else() =>
        RuleSentence
            .Of(
                new Elb.Rule
                {
                    IsDefault = true,
                    Actions =
                    [
                        new()
                        {
                            Type = "fixed-response",
                            FixedResponseConfig = new() { StatusCode = "404" },
                        },
                    ],
                },
                Language.Spanish
            )
            .ShouldBe("Todo lo demás: responder 404.");

    [Fact]
    public void Weights_are_percent() =>
        RuleSentence
            .Action(
                new Elb.ElbV2Action
                {
                    Type = "forward",
                    ForwardConfig = new()
                    {
                        TargetGroups =
                        [
                            new() { TargetGroupArn = Group, Weight = 3 },
                            new()
                            {
                                TargetGroupArn = Group.Replace("web", "new", StringComparison.Ordinal),
                                Weight = 1,
                            },
                        ],
                    },
                },
                Language.English
            )
            .ShouldBe("forward to web (75 %), new (25 %)");
}
