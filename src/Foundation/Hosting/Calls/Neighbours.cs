using System.Collections.Frozen;
using Estiba.Contracts;

namespace Estiba.Hosting.Calls;

/// <summary>The services of one platform by their names, once all modules are open.</summary>
internal sealed class Neighbours
{
    private volatile FrozenDictionary<string, ServiceDispatcher>? _byName;

    /// <summary>From now on services can be called.</summary>
    /// <exception cref="ArgumentException">Two modules answer for one service.</exception>
    internal void Bind(IEnumerable<ServiceDispatcher> dispatchers) =>
        _byName = dispatchers.ToFrozenDictionary(dispatcher => dispatcher.Model.Name, StringComparer.Ordinal);

    /// <exception cref="AwsException">The platform has no such service, or no such operation.</exception>
    /// <exception cref="InvalidOperationException">Not all modules are open yet.</exception>
    internal OperationHandler Find(ServiceModel service, OperationModel operation)
    {
        var services = _byName
            ?? throw new InvalidOperationException(
                $"{service.ServiceId} cannot be called before all modules are open."
            );
        return services.GetValueOrDefault(service.Name)?.Find(operation.Name)
            ?? throw new AwsException(
                "UnknownOperationException",
                $"This platform has no {service.ServiceId}:{operation.Name}."
            );
    }
}
