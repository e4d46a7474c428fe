using Estiba.State;

namespace Estiba.Ecs.ServiceConnect;

/// <summary>Names of client aliases that no service has any more.</summary>
internal static class ServiceConnectNames
{
    /// <summary>Those that there are.</summary>
    internal static IReadOnlyList<ServiceConnectName> Unused(View view) =>
        [
            .. view.Range(EcsTables.ServiceConnectNames)
                .GroupBy(name => name.Namespace, StringComparer.Ordinal)
                .SelectMany(its =>
                {
                    var used = UsedIn(view, its.Key);
                    return its.Where(name => !used.Contains(name.DnsName));
                }),
        ];

    /// <summary>Takes them away, but for those that a service has got meanwhile.</summary>
    internal static void Remove(Transaction transaction, IReadOnlyList<ServiceConnectName> unused)
    {
        foreach (var its in unused.GroupBy(name => name.Namespace, StringComparer.Ordinal))
        {
            var used = UsedIn(transaction, its.Key);
            foreach (var name in its.Where(name => !used.Contains(name.DnsName)))
                transaction.Delete(EcsTables.ServiceConnectNames, name.Key);
        }
    }

    private static HashSet<string> UsedIn(View view, string namespaceArn) =>
        view.Where(EcsTables.Services, EcsTables.ServicesOfNamespace, namespaceArn)
            .SelectMany(service => service.ServiceConnect!.Endpoints)
            .Select(endpoint => endpoint.DnsName)
            .ToHashSet(StringComparer.Ordinal);
}
