namespace Estiba.LoadBalancing.Limits;

/// <summary>
/// How much of what an account may have in a region ("Quotas for your Application Load Balancers", "Quotas for your
/// Network Load Balancers"): AWS's defaults.
/// </summary>
internal static class AccountLimits
{
    internal const int LoadBalancers = 50;
    internal const int TargetGroups = 3000;
    internal const int ListenersPerLoadBalancer = 50;
    internal const int RulesPerLoadBalancer = 100;
    internal const int CertificatesPerLoadBalancer = 25;
    internal const int TargetGroupsPerLoadBalancer = 100;
    internal const int TargetGroupsPerAction = 5;
    internal const int TargetsPerGroup = 1000;
    internal const int TargetsPerApplicationLoadBalancer = 1000;
    internal const int TargetsPerNetworkLoadBalancer = 3000;
    internal const int ConditionValuesPerRule = 5;
    internal const int WildcardsPerRule = 5;
    internal const int SecurityGroupsPerLoadBalancer = 5;
    internal const int TrustStores = 20;
    internal const int CaCertificatesPerTrustStore = 25;
    internal const int RevokedEntriesPerTrustStore = 500_000;

    /// <summary>What <c>DescribeAccountLimits</c> tells; those of Gateway Load Balancers and of trust stores
    /// are not among them.</summary>
    internal static readonly IReadOnlyList<(string Name, int Max)> All =
    [
        ("application-load-balancers", LoadBalancers),
        ("certificates-per-application-load-balancer", CertificatesPerLoadBalancer),
        ("certificates-per-network-load-balancer", CertificatesPerLoadBalancer),
        ("condition-values-per-alb-rule", ConditionValuesPerRule),
        ("condition-wildcards-per-alb-rule", WildcardsPerRule),
        ("listeners-per-application-load-balancer", ListenersPerLoadBalancer),
        ("listeners-per-network-load-balancer", ListenersPerLoadBalancer),
        ("network-load-balancers", LoadBalancers),
        ("rules-per-application-load-balancer", RulesPerLoadBalancer),
        ("target-groups", TargetGroups),
        ("target-groups-per-action-on-application-load-balancer", TargetGroupsPerAction),
        ("target-groups-per-action-on-network-load-balancer", TargetGroupsPerAction),
        ("target-groups-per-application-load-balancer", TargetGroupsPerLoadBalancer),
        ("targets-per-application-load-balancer", TargetsPerApplicationLoadBalancer),
        ("targets-per-network-load-balancer", TargetsPerNetworkLoadBalancer),
        ("targets-per-target-group", TargetsPerGroup),
    ];
}
