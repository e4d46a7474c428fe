namespace Estiba.Ecs.ServiceConnect;

/// <summary>
/// A service of Cloud Map that ECS has made, or is about to make, for an endpoint of Service Connect. It is written
/// down before it is made, so that none is left behind.
/// </summary>
public sealed record DiscoveryServiceRecord
{
    /// <summary>The namespace, by its ARN.</summary>
    public required string Namespace { get; init; }

    /// <summary>Its name there.</summary>
    public required string DiscoveryName { get; init; }

    /// <summary>When it was last wanted; it is not taken away soon after.</summary>
    public required DateTimeOffset WantedAt { get; init; }

    /// <summary>Its key in the store.</summary>
    public string Key => KeyOf(Namespace, DiscoveryName);

    /// <summary>The key of a service.</summary>
    internal static string KeyOf(string namespaceArn, string discoveryName) =>
        ServiceConnectName.PrefixOf(namespaceArn) + discoveryName;
}
