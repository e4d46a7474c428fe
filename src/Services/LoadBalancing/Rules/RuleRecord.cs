using System.Globalization;
using Estiba.Contracts.ElbV2;
using Estiba.LoadBalancing.Names;

namespace Estiba.LoadBalancing.Rules;

/// <summary>A rule of a listener. Each listener has one without conditions, its default.</summary>
internal sealed record RuleRecord
{
    /// <summary>The account and region it belongs to.</summary>
    public required Scope Scope { get; init; }

    /// <summary>What names its listener: <c>app/NAME/ID/LISTENER</c>.</summary>
    public required string Listener { get; init; }

    /// <summary>Sixteen hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>From 1, the least first; null for the default, which is the last.</summary>
    public int? Priority { get; init; }

    /// <summary>When it applies; all must hold.</summary>
    public IReadOnlyList<RuleCondition> Conditions { get; init; } = [];

    /// <summary>What it does, with everything that AWS fills in.</summary>
    public required IReadOnlyList<ElbV2Action> Actions { get; init; }

    /// <summary>What it changes of a request.</summary>
    public IReadOnlyList<RuleTransform> Transforms { get; init; } = [];

    /// <summary>Its tags.</summary>
    public IReadOnlyList<Tag> Tags { get; init; } = [];

    /// <summary>What names it in its scope.</summary>
    public string Resource => $"{Listener}/{Id}";

    /// <summary>Its key.</summary>
    public string Key => Scope.Key(Resource);

    /// <summary>Its listener's key.</summary>
    public string ListenerKey => Scope.Key(Listener);

    /// <summary>Its load balancer's key.</summary>
    public string LoadBalancerKey => ListenerKey[..ListenerKey.LastIndexOf('/')];

    /// <summary>Its ARN.</summary>
    public string Arn => ArnKinds.Rule.Arn(Scope, Resource);

    /// <summary>Rules in this order are tried one after another.</summary>
    public string Place => $"{Priority ?? int.MaxValue:D10}";

    /// <summary>The ARNs of the target groups that it forwards to, each once.</summary>
    public IEnumerable<string> TargetGroups =>
        Actions
            .SelectMany(action => action.ForwardConfig?.TargetGroups ?? [])
            .Select(tuple => tuple.TargetGroupArn!)
            .Distinct(StringComparer.Ordinal);

    /// <summary>The rule as the API shows it.</summary>
    internal Rule Describe() =>
        new()
        {
            RuleArn = Arn,
            Priority = Priority?.ToString(CultureInfo.InvariantCulture) ?? "default",
            Conditions = Conditions,
            Actions = Actions,
            IsDefault = Priority is null,
            Transforms = Transforms.Count > 0 ? Transforms : null,
        };
}

/// <summary>That a rule forwards to a target group: it is found by the group.</summary>
internal sealed record ForwardRecord
{
    /// <summary>The account and region.</summary>
    public required Scope Scope { get; init; }

    /// <summary>What names the group: <c>NAME/ID</c>.</summary>
    public required string TargetGroup { get; init; }

    /// <summary>What names the rule: <c>app/NAME/ID/LISTENER/RULE</c>.</summary>
    public required string Rule { get; init; }

    /// <summary>Its key, which begins with the group's.</summary>
    public string Key => Scope.Key($"{TargetGroup}/{Rule}");

    /// <summary>The group's key.</summary>
    public string TargetGroupKey => Scope.Key(TargetGroup);

    /// <summary>The key of the load balancer that the rule is of.</summary>
    public string LoadBalancerKey => Scope.Key(string.Join('/', Rule.Split('/')[..3]));
}
