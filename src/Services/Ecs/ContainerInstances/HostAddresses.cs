using System.Net;
using Estiba.Hosting;
using Estiba.State;

namespace Estiba.Ecs.ContainerInstances;

/// <summary>The addresses that container instances have by what their agents say.</summary>
internal sealed class HostAddresses(Store store) : IHostAddresses
{
    public IPAddress? Find(Scope scope, string host) =>
        store
            .Current.Where(EcsTables.ContainerInstances, EcsTables.InstancesOfHost, scope.Prefix + host)
            .Select(instance => instance is { PrivateIp: { } its, DeregisteredAt: null } ? its : null)
            .FirstOrDefault(its => its is not null)
            is { } address
            ? IPAddress.Parse(address)
            : null;
}
