using Estiba.Contracts;

namespace Estiba.ServiceDiscovery;

/// <summary>What an account may have in a region ("AWS Cloud Map service quotas", developer guide).</summary>
internal static class Quotas
{
    /// <summary>Namespaces of a region.</summary>
    internal const int Namespaces = 50;

    /// <summary>Instances of a namespace.</summary>
    internal const int InstancesOfNamespace = 2000;

    /// <summary>Instances of a service.</summary>
    internal const int InstancesOfService = 1000;

    /// <summary>Attributes of an instance, those of AWS apart.</summary>
    internal const int CustomAttributes = 30;

    /// <summary>Characters of all keys and values of an instance's attributes.</summary>
    internal const int AttributeCharacters = 5000;

    /// <summary>Attributes of a service.</summary>
    internal const int ServiceAttributes = 30;

    /// <summary>How long an operation can be asked about after it has ended.</summary>
    internal static readonly TimeSpan OperationLife = TimeSpan.FromDays(1);

    /// <summary>The refusal of what is beyond a quota.</summary>
    internal static AwsException Exceeded() =>
        Contracts.ServiceDiscovery.ServiceDiscoveryErrors.ResourceLimitExceeded(
            "The resource can't be created because you've reached the quota on the number of resources."
        );
}
