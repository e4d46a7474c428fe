using Estiba.Contracts.ServiceDiscovery;
using Estiba.ServiceDiscovery.Resources;

namespace Estiba.ServiceDiscovery.Namespaces;

/// <summary>Namespaces as customers see them.</summary>
internal static class NamespaceDescription
{
    internal static Namespace Of(NamespaceRecord record, int services) =>
        new()
        {
            Id = record.Id,
            Arn = ResourceArns.Of(record.Scope, ResourceArns.Namespace, record.Id),
            ResourceOwner = record.Scope.AccountId,
            Name = record.Name,
            Type = record.Type,
            Description = record.Description,
            ServiceCount = services,
            Properties = PropertiesOf(record),
            CreateDate = record.CreatedAt,
            CreatorRequestId = record.CreatorRequestId,
        };

    internal static NamespaceSummary Summary(NamespaceRecord record, int services) =>
        new()
        {
            Id = record.Id,
            Arn = ResourceArns.Of(record.Scope, ResourceArns.Namespace, record.Id),
            ResourceOwner = record.Scope.AccountId,
            Name = record.Name,
            Type = record.Type,
            Description = record.Description,
            ServiceCount = services,
            Properties = PropertiesOf(record),
            CreateDate = record.CreatedAt,
        };

    private static NamespaceProperties PropertiesOf(NamespaceRecord record) =>
        new()
        {
            DnsProperties = record.IsDns
                ? new DnsProperties
                {
                    HostedZoneId = record.HostedZoneId,
                    SOA = new SOA { TTL = record.SoaTtl },
                }
                : null,
            HttpProperties = new HttpProperties { HttpName = record.HttpName },
        };
}
