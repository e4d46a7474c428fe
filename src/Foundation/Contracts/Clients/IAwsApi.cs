using System.Diagnostics.CodeAnalysis;

namespace Estiba.Contracts;

/// <summary>The operations of a service, and the ways to reach them that the contract gives.</summary>
/// <typeparam name="TApi">The generated operation interface itself.</typeparam>
[DynamicallyAccessedMembers(ServiceDispatcher.ReadMembers)]
public interface IAwsApi<TApi>
    where TApi : IAwsApi<TApi>
{
    /// <summary>The service's facts.</summary>
    static abstract ServiceModel Service { get; }

    /// <summary>The operations as a client calls them.</summary>
    /// <param name="transport">Carries the calls.</param>
    static abstract TApi Over(ITransport transport);

    /// <summary>The operations as a gateway or a transport within the process finds them by name.</summary>
    /// <param name="api">What implements them.</param>
    static abstract ServiceDispatcher Dispatch(TApi api);
}
