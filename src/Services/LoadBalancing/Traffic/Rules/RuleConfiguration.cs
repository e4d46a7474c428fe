namespace Estiba.LoadBalancing.Traffic.Rules;

/// <summary>A rule of a listener.</summary>
public sealed record RuleConfiguration
{
    /// <summary>Its priority; 0 for the default one.</summary>
    public int Priority { get; init; }

    /// <summary>All of them must be met; a rule without any is the default one.</summary>
    public IReadOnlyList<RuleCondition> Conditions { get; init; } = [];

    /// <summary>What becomes of the requests.</summary>
    public required RuleAction Action { get; init; }

    /// <summary>Changes the host that targets are told.</summary>
    public RuleRewrite? HostHeaderRewrite { get; init; }

    /// <summary>Changes the path and query that targets are asked for.</summary>
    public RuleRewrite? UrlRewrite { get; init; }

    /// <summary>The first rule whose conditions a request meets; null where there is none.</summary>
    public static RuleConfiguration? Find(IEnumerable<RuleConfiguration> rules, RoutedRequest request) =>
        rules.FirstOrDefault(rule => rule.Conditions.All(condition => condition.IsMet(request)));
}
