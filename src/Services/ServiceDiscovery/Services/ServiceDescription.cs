using Estiba.Contracts.ServiceDiscovery;
using Estiba.ServiceDiscovery.Resources;

namespace Estiba.ServiceDiscovery.Services;

/// <summary>Services as customers see them.</summary>
internal static class ServiceDescription
{
    // "HealthCheckCustomConfig", API reference: another threshold is not supported any more.
    private static readonly HealthCheckCustomConfig CustomHealth = new() { FailureThreshold = 1 };

    internal static Service Of(ServiceRecord record, int instances) =>
        new()
        {
            Id = record.Id,
            Arn = ResourceArns.Of(record.Scope, ResourceArns.Service, record.Id),
            ResourceOwner = record.Scope.AccountId,
            CreatedByAccount = record.Scope.AccountId,
            Name = record.Name,
            NamespaceId = record.NamespaceId,
            Description = record.Description,
            InstanceCount = instances,
            DnsConfig = DnsOf(record),
            Type = record.Type,
            HealthCheckCustomConfig = record.HasCustomHealth ? CustomHealth : null,
            CreateDate = record.CreatedAt,
            CreatorRequestId = record.CreatorRequestId,
        };

    internal static ServiceSummary Summary(ServiceRecord record, int instances) =>
        new()
        {
            Id = record.Id,
            Arn = ResourceArns.Of(record.Scope, ResourceArns.Service, record.Id),
            ResourceOwner = record.Scope.AccountId,
            CreatedByAccount = record.Scope.AccountId,
            Name = record.Name,
            Description = record.Description,
            InstanceCount = instances,
            DnsConfig = DnsOf(record),
            Type = record.Type,
            HealthCheckCustomConfig = record.HasCustomHealth ? CustomHealth : null,
            CreateDate = record.CreatedAt,
        };

    private static DnsConfig? DnsOf(ServiceRecord record) =>
        record.Type == ServiceType.Http
            ? null
            : new DnsConfig
            {
                NamespaceId = record.NamespaceId,
                RoutingPolicy = record.RoutingPolicy,
                DnsRecords = record.DnsRecords,
            };
}
