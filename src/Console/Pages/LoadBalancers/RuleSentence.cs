using Estiba.Console.Texts;

namespace Estiba.Console.Pages.LoadBalancers;

/// <summary>A rule of a listener as a sentence.</summary>
internal static class RuleSentence
{
    internal static string Of(Elb.Rule rule, Language words)
    {
        var conditions = (rule.Conditions ?? []).Select(it => Condition(it, words)).ToList();
        var actions = string.Join(", ", (rule.Actions ?? []).Select(it => Action(it, words)));
        return rule.IsDefault == true || conditions.Count == 0
            ? words.Format("All else: {0}.", actions)
            : words.Format("If {0}: {1}.", string.Join($" {words["and"]} ", conditions), actions);
    }

    internal static string Action(Elb.ElbV2Action action, Language words) =>
        action.Type switch
        {
            "forward" => words.Format("forward to {0}", Groups(action)),
            "redirect" => words.Format("redirect ({0}) to {1}", action.RedirectConfig?.StatusCode, Place(action)),
            "fixed-response" => words.Format("answer {0}", action.FixedResponseConfig?.StatusCode),
            var other => other ?? "",
        };

    private static string Groups(Elb.ElbV2Action action)
    {
        var groups = action.ForwardConfig?.TargetGroups;
        if (groups is not { Count: > 1 })
            return Addresses.TargetGroupNameOf(
                action.TargetGroupArn ?? (groups is [var only] ? only.TargetGroupArn : null)
            );
        var all = Math.Max(groups.Sum(group => group.Weight ?? 1), 1);
        return string.Join(
            ", ",
            groups.Select(it => $"{Addresses.TargetGroupNameOf(it.TargetGroupArn)} ({(it.Weight ?? 1) * 100 / all} %)")
        );
    }

    private static string Place(Elb.ElbV2Action action) =>
        action.RedirectConfig is { } to ? $"{to.Protocol}://{to.Host}:{to.Port}{to.Path}" : "";

    private static string Condition(Elb.RuleCondition condition, Language words) =>
        condition.Field switch
        {
            "path-pattern" => words.Format(
                "the path is {0}",
                Any(condition.PathPatternConfig?.Values ?? condition.Values, words)
            ),
            "host-header" => words.Format(
                "the host is {0}",
                Any(condition.HostHeaderConfig?.Values ?? condition.Values, words)
            ),
            "http-header" => words.Format(
                "the header {0} is {1}",
                condition.HttpHeaderConfig?.HttpHeaderName,
                Any(condition.HttpHeaderConfig?.Values, words)
            ),
            "http-request-method" => words.Format(
                "the method is {0}",
                Any(condition.HttpRequestMethodConfig?.Values, words)
            ),
            "source-ip" => words.Format("the client is in {0}", Any(condition.SourceIpConfig?.Values, words)),
            "query-string" => words.Format(
                "the query has {0}",
                Any([.. (condition.QueryStringConfig?.Values ?? []).Select(it => $"{it.Key}={it.Value}")], words)
            ),
            var other => other ?? "",
        };

    private static string Any(IReadOnlyList<string>? values, Language words) =>
        string.Join($" {words["or"]} ", values ?? []);
}
