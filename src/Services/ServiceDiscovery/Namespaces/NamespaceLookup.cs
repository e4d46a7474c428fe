using Estiba.Contracts;
using Estiba.Contracts.ServiceDiscovery;
using Estiba.ServiceDiscovery.Resources;
using Estiba.State;

namespace Estiba.ServiceDiscovery.Namespaces;

/// <summary>Finds namespaces by what requests call them.</summary>
internal static class NamespaceLookup
{
    /// <summary>The one with an id or ARN; null when this account and region has none such.</summary>
    internal static NamespaceRecord? Find(View view, Scope scope, string idOrArn) =>
        ResourceArns.IdOf(scope, ResourceArns.Namespace, idOrArn) is { } id
        && view.Find(ServiceDiscoveryTables.Namespaces, scope.Key(id)) is { IsCreated: true } found
            ? found
            : null;

    /// <summary>The one with an id or ARN.</summary>
    /// <exception cref="AwsException"><c>NamespaceNotFound</c></exception>
    internal static NamespaceRecord Require(View view, Scope scope, string idOrArn) =>
        Find(view, scope, idOrArn) ?? throw NotFound();

    /// <summary>The one by whose name instances are discovered.</summary>
    /// <exception cref="AwsException"><c>NamespaceNotFound</c></exception>
    internal static NamespaceRecord RequireNamed(View view, Scope scope, string httpName) =>
        All(view, scope).FirstOrDefault(its => its.HttpName == httpName) ?? throw NotFound();

    /// <summary>All that are there.</summary>
    internal static IEnumerable<NamespaceRecord> All(View view, Scope scope) =>
        view.Range(ServiceDiscoveryTables.Namespaces, scope.Prefix).Where(its => its.IsCreated);

    /// <summary>The refusal of one that is not there.</summary>
    internal static AwsException NotFound() =>
        ServiceDiscoveryErrors.NamespaceNotFound("No namespace exists with the specified ID.");
}
