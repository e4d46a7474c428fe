using System.Security.Cryptography.X509Certificates;
using Estiba.LoadBalancing.Listeners;
using Estiba.LoadBalancing.Names;
using Estiba.LoadBalancing.Traffic;
using Estiba.State;

namespace Estiba.LoadBalancing.TrustStores;

/// <summary>Finds trust stores, and what their listeners demand of clients.</summary>
internal static class TrustStoreNames
{
    /// <summary>The one with an ARN; null when there is none.</summary>
    internal static TrustStoreRecord? Find(View view, Scope scope, string arn) =>
        ArnKinds.TrustStore.KeyOf(scope, arn) is { } key ? view.Find(LoadBalancingTables.TrustStores, key) : null;

    /// <summary>The one with an ARN.</summary>
    internal static TrustStoreRecord Require(View view, Scope scope, string arn) =>
        Find(view, scope, arn) ?? throw ArnKinds.TrustStore.One(arn);

    /// <summary>The listeners that compare clients' certificates with one.</summary>
    internal static IEnumerable<ListenerRecord> ListenersOf(View view, TrustStoreRecord store) =>
        view.Range(LoadBalancingTables.Listeners, store.Scope.Prefix)
            .Where(listener => listener.TrustStore == store.Arn);

    /// <summary>What a listener demands of clients' certificates; null for nothing.</summary>
    internal static ClientAuthentication? AuthenticationOf(View view, ListenerRecord listener)
    {
        if (listener.MutualAuthentication is null)
            return null;
        if (listener.TrustStore is not { } arn)
            return new ClientAuthentication(authorities: null, ignoresExpiry: true, static _ => false);
        var store = Find(view, listener.Scope, arn);
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPem(store?.Bundle ?? "");
        List<RevocationList> revoked =
        [
            .. (store?.Revocations ?? []).Select(list => RevocationList.Read(Convert.FromBase64String(list.Content))),
        ];
        return new ClientAuthentication([.. authorities], listener.IgnoresClientExpiry, certificate =>
            revoked.Exists(list => list.Names(certificate))
        );
    }
}
