using Estiba.Hosting.Certificates;
using Estiba.LoadBalancing.LoadBalancers;
using Estiba.LoadBalancing.Names;
using Estiba.LoadBalancing.Rules;
using Estiba.State;

namespace Estiba.LoadBalancing.Listeners;

/// <summary>Finds listeners, and deletes them with their rules.</summary>
internal static class ListenerNames
{
    /// <summary>Those of a load balancer, by key.</summary>
    internal static IEnumerable<ListenerRecord> Of(View view, LoadBalancerRecord loadBalancer) =>
        view.Range(LoadBalancingTables.Listeners, loadBalancer.Key + "/");

    /// <summary>The one with an ARN; null when there is none.</summary>
    internal static ListenerRecord? Find(View view, Scope scope, string arn) =>
        ArnKinds.Listener.KeyOf(scope, arn) is { } key ? view.Find(LoadBalancingTables.Listeners, key) : null;

    /// <summary>The one with an ARN.</summary>
    internal static ListenerRecord Require(View view, Scope scope, string arn) =>
        Find(view, scope, arn) ?? throw ArnKinds.Listener.One(arn);

    /// <summary>Which certificates an account's load balancers use, in all regions.</summary>
    internal static IEnumerable<CertificateUse> CertificateUses(View view, string accountId) =>
        view.Range(LoadBalancingTables.Listeners, accountId + "/")
            .SelectMany(listener =>
                listener.Certificates.Select(certificate => new CertificateUse(
                    certificate,
                    ArnKinds.LoadBalancer.Arn(listener.Scope, listener.LoadBalancer)
                ))
            );

    /// <summary>Deletes a listener with its rules.</summary>
    internal static void Delete(Transaction transaction, ListenerRecord listener)
    {
        foreach (var rule in RuleNames.Of(transaction, listener.Key).ToList())
            Forwards.Delete(transaction, rule.Key);
        transaction.Delete(LoadBalancingTables.Listeners, listener.Key);
    }
}
