using Estiba.Contracts.ElbV2;
using static Estiba.LoadBalancing.Tests.LoadBalancingWorld;

namespace Estiba.LoadBalancing.Tests.Rules;

public sealed class RuleTests
{
    [Fact]
    public async Task A_rule_is_shown_as_AWS_does()
    {
        await using var world = await CreateAsync();
        var listener = await world.ListenerAsync(await world.LoadBalancerAsync());

        var made = await world.RuleAsync(listener, 7);

        made.RuleArn!.ShouldMatch($"^{listener.ListenerArn!.Replace(":listener/", ":listener-rule/")}/[0-9a-f]{{16}}$");
        (made.Priority, made.IsDefault).ShouldBe(("7", false));
        var condition = made.Conditions.ShouldHaveSingleItem();
        condition.Field.ShouldBe("path-pattern");
        condition.Values.ShouldBe(["/*"]);
        condition.PathPatternConfig!.Values.ShouldBe(["/*"]);
    }

    [Fact]
    public async Task Rules_are_described_by_priority_with_the_default_last_and_in_pages()
    {
        await using var world = await CreateAsync();
        var listener = await world.ListenerAsync(await world.LoadBalancerAsync());
        foreach (var priority in new[] { 100, 9, 20 })
            await world.RuleAsync(listener, priority);
        var request = new DescribeRulesInput { ListenerArn = listener.ListenerArn, PageSize = 3 };

        var first = await world.Api.DescribeRulesAsync(request, Context);
        var second = await world.Api.DescribeRulesAsync(request with { Marker = first.NextMarker }, Context);

        first.Rules!.Select(rule => rule.Priority).ShouldBe(["9", "20", "100"]);
        var last = second.Rules.ShouldHaveSingleItem();
        (last.Priority, last.IsDefault, last.Conditions!.Count).ShouldBe(("default", true, 0));
        second.NextMarker.ShouldBeNull();
    }

    [Fact]
    public async Task A_priority_is_there_once()
    {
        await using var world = await CreateAsync();
        var listener = await world.ListenerAsync(await world.LoadBalancerAsync());
        await world.RuleAsync(listener, 40);

        (await ErrorOfAsync(() => world.RuleAsync(listener, 40))).ShouldBe(
            ("PriorityInUse", "Priority '40' is currently in use")
        );
    }

    [Fact]
    public async Task Priorities_are_exchanged_but_not_taken_from_others()
    {
        await using var world = await CreateAsync();
        var listener = await world.ListenerAsync(await world.LoadBalancerAsync());
        var (one, two) = (await world.RuleAsync(listener, 1), await world.RuleAsync(listener, 2));
        await world.RuleAsync(listener, 3);
        Task<SetRulePrioritiesOutput> SetAsync(params (Rule Rule, int Priority)[] pairs) =>
            world.Api.SetRulePrioritiesAsync(
                new SetRulePrioritiesInput
                {
                    RulePriorities =
                    [
                        .. pairs.Select(pair => new RulePriorityPair
                        {
                            RuleArn = pair.Rule.RuleArn,
                            Priority = pair.Priority,
                        }),
                    ],
                },
                Context
            );

        var set = await SetAsync((one, 2), (two, 1));

        set.Rules!.Select(rule => (rule.RuleArn, rule.Priority)).ShouldBe([(one.RuleArn, "2"), (two.RuleArn, "1")]);
        (await ErrorOfAsync(() => SetAsync((one, 3)))).ShouldBe(("PriorityInUse", "Priority '3' is currently in use"));
    }

    [Fact]
    public async Task The_default_rule_is_neither_deleted_nor_changed_as_a_rule()
    {
        await using var world = await CreateAsync();
        var listener = await world.ListenerAsync(await world.LoadBalancerAsync());
        var rules = await world.Api.DescribeRulesAsync(
            new DescribeRulesInput { ListenerArn = listener.ListenerArn },
            Context
        );
        var arn = rules.Rules.ShouldHaveSingleItem().RuleArn;

        (await ErrorOfAsync(() => world.Api.DeleteRuleAsync(new DeleteRuleInput { RuleArn = arn }, Context))).ShouldBe(
            ("OperationNotPermitted", $"Default rule '{arn}' cannot be deleted")
        );
        (
            await ErrorOfAsync(() =>
                world.Api.ModifyRuleAsync(new ModifyRuleInput { RuleArn = arn, Actions = [Answer()] }, Context)
            )
        ).ShouldBe(("OperationNotPermitted", $"Default rule '{arn}' cannot be modified"));
    }

    [Fact]
    public async Task A_deleted_rule_is_not_found()
    {
        await using var world = await CreateAsync();
        var rule = await world.RuleAsync(await world.ListenerAsync(await world.LoadBalancerAsync()));
        var request = new DeleteRuleInput { RuleArn = rule.RuleArn };

        await world.Api.DeleteRuleAsync(request, Context);

        (await ErrorOfAsync(() => world.Api.DeleteRuleAsync(request, Context))).ShouldBe(
            ("RuleNotFound", $"Rule '{rule.RuleArn}' not found")
        );
    }

    [Fact]
    public async Task A_load_balancer_has_up_to_a_hundred_rules_beside_the_defaults()
    {
        await using var world = await CreateAsync();
        var loadBalancer = await world.LoadBalancerAsync();
        var listener = await world.ListenerAsync(loadBalancer);
        for (var priority = 1; priority <= 100; priority++)
            await world.RuleAsync(listener, priority);

        (await ErrorOfAsync(() => world.RuleAsync(listener, 101))).ShouldBe(
            (
                "TooManyRules",
                "The maximum number of rules per load balancer '100' has been reached on load balancer "
                    + $"'{loadBalancer.LoadBalancerArn}'"
            )
        );
    }

    [Fact]
    public async Task A_network_load_balancer_has_no_rules()
    {
        await using var world = await CreateAsync();
        var group = await world.TargetGroupAsync(change: request => request with { Protocol = "TCP" });
        var listener = await world.ForwardAsync(await world.NetworkLoadBalancerAsync(), group);

        (await ErrorOfAsync(() => world.RuleAsync(listener))).ShouldBe(
            ("InvalidConfigurationRequest", "Rules are not supported for load balancers of type 'network'")
        );
    }

    public static TheoryData<RuleCondition> Conditions =>
        [
            new RuleCondition { Field = "host-header", Values = ["*.example.com"] },
            new RuleCondition
            {
                Field = "host-header",
                HostHeaderConfig = new HostHeaderConditionConfig { RegexValues = ["^[a-z]+\\.example\\.com$"] },
            },
            new RuleCondition { Field = "path-pattern", RegexValues = ["^/api/(.*)$"] },
            new RuleCondition
            {
                Field = "http-header",
                HttpHeaderConfig = new HttpHeaderConditionConfig { HttpHeaderName = "X-Kind", Values = ["a*"] },
            },
            new RuleCondition
            {
                Field = "http-header",
                HttpHeaderConfig = new HttpHeaderConditionConfig { HttpHeaderName = "X-Kind", RegexValues = ["a.*"] },
            },
            new RuleCondition
            {
                Field = "http-request-method",
                HttpRequestMethodConfig = new HttpRequestMethodConditionConfig { Values = ["GET", "X-MINE"] },
            },
            new RuleCondition
            {
                Field = "query-string",
                QueryStringConfig = new QueryStringConditionConfig
                {
                    Values =
                    [
                        new QueryStringKeyValuePair { Key = "version", Value = "v1" },
                        new QueryStringKeyValuePair { Value = "*example*" },
                    ],
                },
            },
            new RuleCondition
            {
                Field = "source-ip",
                SourceIpConfig = new SourceIpConditionConfig { Values = ["192.0.2.0/24", "2001:db8::/32"] },
            },
        ];

    [Theory]
    [MemberData(nameof(Conditions))]
    public async Task Every_kind_of_condition_is_kept_over_a_restart(RuleCondition condition)
    {
        await using var world = await CreateAsync();
        var listener = await world.ListenerAsync(await world.LoadBalancerAsync());
        var made = await world.RuleAsync(listener, change: request => request with { Conditions = [condition] });

        await world.RestartAsync();
        var rules = await world.Api.DescribeRulesAsync(new DescribeRulesInput { RuleArns = [made.RuleArn!] }, Context);

        var kept = rules.Rules.ShouldHaveSingleItem().Conditions.ShouldHaveSingleItem();
        kept.Field.ShouldBe(condition.Field);
        var (values, regexes) = ValuesOf(kept);
        var (given, givenRegexes) = ValuesOf(condition);
        values.ShouldBe(given);
        regexes.ShouldBe(givenRegexes);
    }

    public static TheoryData<RuleCondition[], string> WrongConditions =>
        new()
        {
            { [], "A condition must be specified" },
            {
                [new RuleCondition { Field = "colour", Values = ["red"] }],
                "Condition field 'colour' must be one of '[path-pattern, host-header, http-header, "
                    + "http-request-method, query-string, source-ip]'"
            },
            {
                [Path("/1", "/2", "/3"), Host("a", "b", "c")],
                "A rule can only have '5' condition values and regex values"
            },
            { [Path("/*/*/*/*/*/*")], "A rule can only have '5' condition wildcards" },
            { [Path("/1"), Path("/2")], "A rule can only have one 'path-pattern' condition" },
            { [Path()], "A 'path-pattern' condition value must be specified" },
            {
                [Path("/" + new string('a', 128))],
                $"The 'path-pattern' condition value '/{new string('a', 128)}' cannot be longer than '128' characters"
            },
            { [new RuleCondition { Field = "path-pattern", RegexValues = ["("] }], "The regex '(' is not valid" },
            {
                [
                    new RuleCondition
                    {
                        Field = "source-ip",
                        SourceIpConfig = new SourceIpConditionConfig { Values = ["192.0.2.1"] },
                    },
                ],
                "The source IP '192.0.2.1' must be in CIDR format"
            },
            {
                [
                    new RuleCondition
                    {
                        Field = "http-request-method",
                        HttpRequestMethodConfig = new HttpRequestMethodConditionConfig { Values = ["get"] },
                    },
                ],
                "The HTTP request method 'get' can only contain the characters A-Z, hyphen (-) and underscore (_), and "
                    + "at most '40' of them"
            },
            {
                [
                    new RuleCondition
                    {
                        Field = "http-header",
                        HttpHeaderConfig = new HttpHeaderConditionConfig { HttpHeaderName = "Host", Values = ["a"] },
                    },
                ],
                "To match the host header, use a 'host-header' condition"
            },
        };

    [Theory]
    [MemberData(nameof(WrongConditions))]
    public async Task Wrong_conditions_are_refused(RuleCondition[] conditions, string message)
    {
        await using var world = await CreateAsync();
        var listener = await world.ListenerAsync(await world.LoadBalancerAsync());

        (
            await ErrorOfAsync(() =>
                world.RuleAsync(listener, change: request => request with { Conditions = conditions })
            )
        ).ShouldBe(("ValidationError", message));
    }

    [Fact]
    public async Task A_redirect_has_everything_filled_in()
    {
        await using var world = await CreateAsync();
        var listener = await world.ListenerAsync(await world.LoadBalancerAsync());

        var made = await world.RuleAsync(listener, change: request => request with { Actions =
                [
                    new ElbV2Action
                    {
                        Type = "redirect",
                        RedirectConfig = new RedirectActionConfig { Protocol = "HTTPS", StatusCode = "HTTP_301" },
                    },
                ] });

        made.Actions![0]
            .RedirectConfig.ShouldBe(
                new RedirectActionConfig
                {
                    Protocol = "HTTPS",
                    Port = "#{port}",
                    Host = "#{host}",
                    Path = "/#{path}",
                    Query = "#{query}",
                    StatusCode = "HTTP_301",
                }
            );
    }

    public static TheoryData<ElbV2Action, string> WrongActions =>
        new()
        {
            {
                new ElbV2Action
                {
                    Type = "redirect",
                    RedirectConfig = new RedirectActionConfig { StatusCode = "HTTP_301", Query = "a=b" },
                },
                "The redirect configuration is not valid because it creates a loop."
            },
            {
                new ElbV2Action
                {
                    Type = "fixed-response",
                    FixedResponseConfig = new FixedResponseActionConfig
                    {
                        StatusCode = "200",
                        ContentType = "image/png",
                    },
                },
                "The ContentType must be one of:'text/plain', 'text/css', 'text/html', 'application/javascript', "
                    + "'application/json'"
            },
            {
                new ElbV2Action
                {
                    Type = "authenticate-oidc",
                    AuthenticateOidcConfig = new AuthenticateOidcActionConfig
                    {
                        Issuer = "https://example.com",
                        AuthorizationEndpoint = "https://example.com",
                        TokenEndpoint = "https://example.com",
                        UserInfoEndpoint = "https://example.com",
                        ClientId = "id",
                    },
                },
                "Estiba does not support actions of type 'authenticate-oidc' yet."
            },
            {
                new ElbV2Action { Type = "forward" },
                "An action of type 'forward' must have its configuration"
            },
        };

    [Theory]
    [MemberData(nameof(WrongActions))]
    public async Task Wrong_actions_are_refused(ElbV2Action action, string message)
    {
        await using var world = await CreateAsync();
        var listener = await world.ListenerAsync(await world.LoadBalancerAsync());

        (
            await ErrorOfAsync(() => world.RuleAsync(listener, change: request => request with { Actions = [action] }))
        ).ShouldBe(("InvalidLoadBalancerAction", message));
    }

    [Fact]
    public async Task Weights_and_stickiness_have_their_ranges()
    {
        await using var world = await CreateAsync();
        var listener = await world.ListenerAsync(await world.LoadBalancerAsync());
        var group = await world.TargetGroupAsync();
        Task<Rule> MakeAsync(int weight, int? duration, int priority) =>
            world.RuleAsync(listener, priority, request => request with { Actions =
                    [
                        new ElbV2Action
                        {
                            Type = "forward",
                            ForwardConfig = new ForwardActionConfig
                            {
                                TargetGroups =
                                [
                                    new TargetGroupTuple { TargetGroupArn = group.TargetGroupArn, Weight = weight },
                                ],
                                TargetGroupStickinessConfig = new TargetGroupStickinessConfig
                                {
                                    Enabled = true,
                                    DurationSeconds = duration,
                                },
                            },
                        },
                    ] });

        var made = await MakeAsync(999, 604_800, 1);

        made.Actions![0].ForwardConfig!.TargetGroupStickinessConfig!.DurationSeconds.ShouldBe(604_800);
        foreach (var (weight, duration) in new (int, int?)[] { (1000, 1), (-1, 1), (1, 0), (1, 604_801), (1, null) })
            (await ErrorOfAsync(() => MakeAsync(weight, duration, 2))).Code.ShouldBe("InvalidLoadBalancerAction");
    }

    [Fact]
    public async Task An_action_forwards_to_up_to_five_groups()
    {
        await using var world = await CreateAsync();
        var listener = await world.ListenerAsync(await world.LoadBalancerAsync());
        var groups = new List<TargetGroupTuple>();
        for (var number = 0; number < 6; number++)
        {
            var group = await world.TargetGroupAsync($"group-{number}");
            groups.Add(new TargetGroupTuple { TargetGroupArn = group.TargetGroupArn, Weight = 1 });
        }

        (await ErrorOfAsync(() => world.RuleAsync(listener, change: request => request with { Actions =
                        [
                            new ElbV2Action
                            {
                                Type = "forward",
                                ForwardConfig = new ForwardActionConfig { TargetGroups = groups },
                            },
                        ] }))).ShouldBe(("TooManyTargetGroups", "An action can have up to '5' target groups"));
    }

    [Fact]
    public async Task Targets_that_speak_gRPC_need_a_listener_with_TLS()
    {
        await using var world = await CreateAsync();
        var loadBalancer = await world.LoadBalancerAsync();
        var group = await world.TargetGroupAsync(change: request => request with { ProtocolVersion = "GRPC" });

        (await ErrorOfAsync(() => world.ForwardAsync(loadBalancer, group))).ShouldBe(
            (
                "InvalidLoadBalancerAction",
                "Listener protocol 'HTTP' is not supported with a target group with the protocol-version 'GRPC'"
            )
        );
    }

    [Fact]
    public async Task Transforms_are_kept_changed_and_reset()
    {
        await using var world = await CreateAsync();
        var listener = await world.ListenerAsync(await world.LoadBalancerAsync());
        var rewrite = new RewriteConfig { Regex = "^/old/(.*)$", Replace = "/new/$1" };
        var url = new RuleTransform
        {
            Type = "url-rewrite",
            UrlRewriteConfig = new UrlRewriteConfig { Rewrites = [rewrite] },
        };

        var made = await world.RuleAsync(listener, change: request => request with { Transforms = [url] });
        var reset = await world.Api.ModifyRuleAsync(
            new ModifyRuleInput { RuleArn = made.RuleArn, ResetTransforms = true },
            Context
        );

        made.Transforms.ShouldHaveSingleItem().UrlRewriteConfig!.Rewrites.ShouldBe([rewrite]);
        reset.Rules![0].Transforms.ShouldBeNull();
        foreach (
            var wrong in new RuleTransform[][]
            {
                [url, url],
                [url with { Type = "host-header-rewrite" }],
                [url with { UrlRewriteConfig = new UrlRewriteConfig { Rewrites = [rewrite, rewrite] } }],
                [url with { UrlRewriteConfig = new UrlRewriteConfig { Rewrites = [rewrite with { Regex = "(" }] } }],
            }
        )
            (
                await ErrorOfAsync(() => world.RuleAsync(listener, 2, request => request with { Transforms = wrong }))
            ).Code.ShouldBe("ValidationError");
    }

    private static RuleCondition Host(params string[] values) => new() { Field = "host-header", Values = values };

    private static (List<string> Values, List<string> Regexes) ValuesOf(RuleCondition condition) =>
        (
            [
                .. condition.HostHeaderConfig?.Values
                    ?? condition.PathPatternConfig?.Values
                    ?? condition.HttpHeaderConfig?.Values
                    ?? condition.HttpRequestMethodConfig?.Values
                    ?? condition.SourceIpConfig?.Values
                    ?? condition.QueryStringConfig?.Values!.Select(pair => $"{pair.Key}={pair.Value}")
                    ?? condition.Values
                    ?? [],
            ],
            [
                .. condition.HostHeaderConfig?.RegexValues
                    ?? condition.HttpHeaderConfig?.RegexValues
                    ?? condition.RegexValues
                    ?? [],
            ]
        );
}
