using Estiba.Contracts;
using Estiba.Contracts.ServiceDiscovery;
using Estiba.ServiceDiscovery.Namespaces;
using static Estiba.Contracts.ServiceDiscovery.ServiceDiscoveryErrors;

namespace Estiba.ServiceDiscovery.Services;

/// <summary>Checks requests that create or change a service ("CreateService", "DnsRecord", API reference).</summary>
internal static class ServiceRequests
{
    /// <summary>The id or ARN of the namespace that a service is to be in.</summary>
    /// <exception cref="AwsException"><c>InvalidInput</c></exception>
    internal static string NamespaceOf(CreateServiceRequest request)
    {
        var (own, ofDns) = (request.NamespaceId, request.DnsConfig?.NamespaceId);
        if (own is not null && ofDns is not null && own != ofDns)
            throw InvalidInput("The namespace ID in DnsConfig is not the same as the namespace ID of the service.");
        return own ?? ofDns ?? throw InvalidInput("A namespace ID is required.");
    }

    /// <summary>Refuses what a namespace cannot have.</summary>
    /// <exception cref="AwsException"><c>InvalidInput</c></exception>
    internal static void Validate(CreateServiceRequest request, NamespaceRecord its)
    {
        if (request is { HealthCheckConfig: not null, HealthCheckCustomConfig: not null })
            throw InvalidInput("You can specify either HealthCheckCustomConfig or HealthCheckConfig but not both.");
        RefuseHealthChecks(request.HealthCheckConfig);
        if (request.DnsConfig is null)
        {
            if (its.IsDns && request.Type != ServiceTypeOption.Http)
                throw InvalidInput("DnsConfig is required for a service in a DNS namespace, unless its type is HTTP.");
            return;
        }

        if (!its.IsDns)
            throw InvalidInput("DnsConfig can't be specified for a service in an HTTP namespace.");
        if (request.Type == ServiceTypeOption.Http)
            throw InvalidInput("DnsConfig can't be specified for a service of type HTTP.");
        ValidateRecords(request.DnsConfig.DnsRecords!, request.DnsConfig.RoutingPolicy);
        if (request.Name != ".")
            DnsNames.Check($"{request.Name}.{its.Name}");
    }

    /// <summary>The records of a service after a change, which may only change how long they are remembered.</summary>
    /// <exception cref="AwsException"><c>InvalidInput</c></exception>
    internal static IReadOnlyList<DnsRecord> Changed(ServiceRecord service, ServiceChange change)
    {
        RefuseHealthChecks(change.HealthCheckConfig);
        if (change.DnsConfig is null)
            return [];
        if (service.Type == ServiceType.Http)
            throw InvalidInput("DnsConfig can't be specified for a service that isn't discoverable by DNS.");
        var records = change.DnsConfig.DnsRecords!;
        ValidateRecords(records, service.RoutingPolicy);
        if (records.Any(record => service.RecordOf(record.Type!) is null))
            throw InvalidInput(
                "The record types of a service can't be changed. Delete the service and create it again."
            );
        return records;
    }

    private static void ValidateRecords(IReadOnlyList<DnsRecord> records, string? policy)
    {
        if (records.Count == 0)
            throw InvalidInput("DnsConfig needs at least one DNS record.");
        var types = records.Select(record => record.Type).ToList();
        if (types.Distinct().Count() < types.Count)
            throw InvalidInput("Each record type can be specified only once.");
        if (!types.Contains(RecordType.Cname))
            return;
        if (types.Count > 1)
            throw InvalidInput("A CNAME record can't be combined with records of other types.");
        if (policy != RoutingPolicy.Weighted)
            throw InvalidInput("The routing policy must be WEIGHTED for a service with a CNAME record.");
    }

    private static void RefuseHealthChecks(HealthCheckConfig? config)
    {
        if (config is not null)
            throw InvalidInput("Estiba has no Route 53 health checks. Specify HealthCheckCustomConfig instead.");
    }
}
