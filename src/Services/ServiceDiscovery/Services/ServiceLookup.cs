using Estiba.Contracts;
using Estiba.Contracts.ServiceDiscovery;
using Estiba.ServiceDiscovery.Namespaces;
using Estiba.ServiceDiscovery.Resources;
using Estiba.State;

namespace Estiba.ServiceDiscovery.Services;

/// <summary>Finds services by what requests call them.</summary>
internal static class ServiceLookup
{
    /// <summary>The one with an id or ARN.</summary>
    /// <exception cref="AwsException"><c>ServiceNotFound</c></exception>
    internal static ServiceRecord Require(View view, Scope scope, string idOrArn) =>
        ResourceArns.IdOf(scope, ResourceArns.Service, idOrArn) is { } id
        && view.Find(ServiceDiscoveryTables.Services, scope.Key(id)) is { } found
            ? found
            : throw NotFound();

    /// <summary>The one of a namespace with exactly this name; in small letters, where DNS asks.</summary>
    internal static ServiceRecord? Find(View view, NamespaceRecord its, string name, bool anyCase) =>
        view.Where(
                ServiceDiscoveryTables.Services,
                ServiceDiscoveryTables.ServicesByName,
                ServiceRecord.NameKey(its.Key, name.ToLowerInvariant())
            )
            .FirstOrDefault(service => anyCase || service.Name == name);

    /// <summary>The refusal of one that is not there.</summary>
    internal static AwsException NotFound() =>
        ServiceDiscoveryErrors.ServiceNotFound("No service exists with the specified ID.");
}
