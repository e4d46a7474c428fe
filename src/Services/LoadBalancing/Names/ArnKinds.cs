using static Estiba.Contracts.ElbV2.ElbV2Errors;

namespace Estiba.LoadBalancing.Names;

/// <summary>The kinds of resources that this service has.</summary>
internal static class ArnKinds
{
    /// <summary><c>loadbalancer/app/NAME/ID</c> or <c>loadbalancer/net/NAME/ID</c>.</summary>
    internal static readonly ArnKind LoadBalancer = new(
        "loadbalancer",
        3,
        "load balancer",
        arn => LoadBalancerNotFoundException($"Load balancer '{arn}' not found"),
        () => LoadBalancerNotFoundException("One or more load balancers not found")
    );

    /// <summary><c>listener/app/NAME/ID/LISTENER</c>.</summary>
    internal static readonly ArnKind Listener = new(
        "listener",
        4,
        "listener",
        arn => ListenerNotFoundException($"Listener '{arn}' not found"),
        () => ListenerNotFoundException("One or more listeners not found")
    );

    /// <summary><c>listener-rule/app/NAME/ID/LISTENER/RULE</c>.</summary>
    internal static readonly ArnKind Rule = new(
        "listener-rule",
        5,
        "listener rule",
        arn => RuleNotFoundException($"Rule '{arn}' not found"),
        () => RuleNotFoundException("One or more rules not found")
    );

    /// <summary><c>targetgroup/NAME/ID</c>.</summary>
    internal static readonly ArnKind TargetGroup = new(
        "targetgroup",
        2,
        "target group",
        arn => TargetGroupNotFoundException($"Target groups '{arn}' not found"),
        () => TargetGroupNotFoundException("One or more target groups not found")
    );

    /// <summary><c>truststore/NAME/ID</c>.</summary>
    internal static readonly ArnKind TrustStore = new(
        "truststore",
        2,
        "trust store",
        arn => TrustStoreNotFoundException($"Trust store '{arn}' not found"),
        () => TrustStoreNotFoundException("One or more trust stores not found")
    );
}
