using System.Globalization;
using Estiba.Contracts;
using Estiba.Contracts.Route53;
using Estiba.Contracts.ServiceDiscovery;
using Estiba.ServiceDiscovery.Names;
using Estiba.ServiceDiscovery.Namespaces;
using Estiba.ServiceDiscovery.Resources;
using Estiba.State;
using static Estiba.Contracts.Route53.Route53Errors;

namespace Estiba.ServiceDiscovery.HostedZones;

/// <summary>
/// Amazon Route 53, as far as the zones of namespaces can be read there: they are the account's, in whatever region.
/// Follows the API reference, version 2013-04-01.
/// </summary>
/// <param name="store">The state.</param>
public sealed class Route53Api(Store store) : IRoute53Api
{
    private const int UsualZones = 100;
    private const int UsualRecordSets = 300;

    /// <inheritdoc/>
    public Task<ListHostedZonesResponse> ListHostedZonesAsync(
        ListHostedZonesRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var view = store.Current;
        if (request.DelegationSetId is { } set)
            throw NoSuchDelegationSet($"No delegation set found with ID: {set}");
        var size = SizeOf(request.MaxItems, UsualZones);
        var zones = ZonesOf(view, context)
            .Where(its => request.HostedZoneType is null || IsPrivate(its))
            .OrderBy(its => its.HostedZoneId, StringComparer.Ordinal)
            .Where(its => string.CompareOrdinal(its.HostedZoneId, request.Marker) >= 0)
            .Take(size + 1)
            .ToList();
        return Task.FromResult(
            new ListHostedZonesResponse
            {
                HostedZones = [.. zones.Take(size).Select(its => Describe(view, its))],
                Marker = request.Marker ?? "",
                IsTruncated = zones.Count > size,
                NextMarker = zones.Count > size ? zones[size].HostedZoneId : null,
                MaxItems = Text(size),
            }
        );
    }

    /// <inheritdoc/>
    public Task<ListHostedZonesByNameResponse> ListHostedZonesByNameAsync(
        ListHostedZonesByNameRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        if (request is { HostedZoneId: not null, DNSName: null })
            throw InvalidInput("HostedZoneId can only be specified together with DNSName.");
        var view = store.Current;
        var size = SizeOf(request.MaxItems, UsualZones);
        var first = request.DNSName is { } name ? RecordSets.Order(name, identifier: ZoneId(request.HostedZoneId)) : "";
        var zones = ZonesOf(view, context)
            .OrderBy(Order, StringComparer.Ordinal)
            .Where(its => string.CompareOrdinal(Order(its), first) >= 0)
            .Take(size + 1)
            .ToList();
        var next = zones.Count > size ? zones[size] : null;
        return Task.FromResult(
            new ListHostedZonesByNameResponse
            {
                HostedZones = [.. zones.Take(size).Select(its => Describe(view, its))],
                DNSName = request.DNSName,
                HostedZoneId = request.HostedZoneId,
                IsTruncated = next is not null,
                NextDNSName = next is null ? null : RecordSets.Absolute(next.DnsName),
                NextHostedZoneId = next?.HostedZoneId,
                MaxItems = Text(size),
            }
        );

        static string Order(NamespaceRecord its) => RecordSets.Order(its.DnsName, identifier: its.HostedZoneId);
    }

    /// <inheritdoc/>
    public Task<ListHostedZonesByVPCResponse> ListHostedZonesByVPCAsync(
        ListHostedZonesByVPCRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var size = SizeOf(request.MaxItems, UsualZones);
        var after = request.NextToken is { } token
            ? PagingToken.Read(token, request, context)
                ?? throw InvalidPaginationToken("The pagination token is not valid.")
            : "";
        var (page, next) = PagingToken.Cut(
            ZonesOf(store.Current, context)
                .Where(its =>
                    (its.Vpc, its.Scope.Region) == (request.VPCId, request.VPCRegion)
                    && string.CompareOrdinal(its.HostedZoneId, after) > 0
                )
                .OrderBy(its => its.HostedZoneId, StringComparer.Ordinal),
            size,
            its => its.HostedZoneId!,
            request,
            context
        );
        return Task.FromResult(
            new ListHostedZonesByVPCResponse
            {
                HostedZoneSummaries =
                [
                    .. page.Select(its => new HostedZoneSummary
                    {
                        HostedZoneId = its.HostedZoneId,
                        Name = RecordSets.Absolute(its.DnsName),
                        Owner = new HostedZoneOwner { OwningService = ResourceArns.Principal },
                    }),
                ],
                MaxItems = Text(size),
                NextToken = next,
            }
        );
    }

    /// <inheritdoc/>
    public Task<GetHostedZoneResponse> GetHostedZoneAsync(
        GetHostedZoneRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var view = store.Current;
        var its = Require(view, context, request.Id!);
        return Task.FromResult(
            new GetHostedZoneResponse
            {
                HostedZone = Describe(view, its),
                DelegationSet = IsPrivate(its) ? null : new DelegationSet { NameServers = Zone.NameServers },
                VPCs = its.Vpc is { } vpc ? [new VPC { VPCId = vpc, VPCRegion = its.Scope.Region }] : null,
            }
        );
    }

    /// <inheritdoc/>
    public Task<GetHostedZoneCountResponse> GetHostedZoneCountAsync(
        GetHostedZoneCountRequest request,
        CallContext context,
        CancellationToken cancellation
    ) => Task.FromResult(new GetHostedZoneCountResponse { HostedZoneCount = ZonesOf(store.Current, context).Count() });

    /// <inheritdoc/>
    public Task<ListResourceRecordSetsResponse> ListResourceRecordSetsAsync(
        ListResourceRecordSetsRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        if (request is { StartRecordType: not null, StartRecordName: null })
            throw InvalidInput("The record type can only be specified together with the record name.");
        if (request is { StartRecordIdentifier: not null, StartRecordType: null })
            throw InvalidInput("The record identifier can only be specified together with name and type.");
        var view = store.Current;
        var its = Require(view, context, request.HostedZoneId!);
        var size = Math.Min(SizeOf(request.MaxItems, UsualRecordSets), UsualRecordSets);
        var first = request.StartRecordName is { } name
            ? RecordSets.Order(name, request.StartRecordType, request.StartRecordIdentifier)
            : "";
        var sets = RecordSets
            .Of(view, its)
            .Where(set => string.CompareOrdinal(RecordSets.Order(set), first) >= 0)
            .Take(size + 1)
            .ToList();
        var next = sets.Count > size ? sets[size] : null;
        return Task.FromResult(
            new ListResourceRecordSetsResponse
            {
                ResourceRecordSets = [.. sets.Take(size)],
                IsTruncated = next is not null,
                NextRecordName = next?.Name,
                NextRecordType = next?.Type,
                NextRecordIdentifier = next?.SetIdentifier,
                MaxItems = Text(size),
            }
        );
    }

    /// <inheritdoc/>
    public Task<Contracts.Route53.ListTagsForResourceResponse> ListTagsForResourceAsync(
        Contracts.Route53.ListTagsForResourceRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        if (request.ResourceType == TagResourceType.Healthcheck)
            throw NoSuchHealthCheck($"No health check exists with the specified ID: {request.ResourceId}");
        Require(store.Current, context, request.ResourceId!);
        return Task.FromResult(
            new Contracts.Route53.ListTagsForResourceResponse
            {
                ResourceTagSet = new ResourceTagSet
                {
                    ResourceType = request.ResourceType,
                    ResourceId = request.ResourceId,
                    Tags = [],
                },
            }
        );
    }

    private static IEnumerable<NamespaceRecord> ZonesOf(View view, CallContext context) =>
        view.Range(ServiceDiscoveryTables.Namespaces, context.AccountId + "/")
            .Where(its => its is { IsDns: true, IsCreated: true });

    private static NamespaceRecord Require(View view, CallContext context, string id) =>
        view.Where(
                ServiceDiscoveryTables.Namespaces,
                ServiceDiscoveryTables.NamespacesByZone,
                $"{context.AccountId}/{ZoneId(id)}"
            )
            .FirstOrDefault()
        ?? throw NoSuchHostedZone($"No hosted zone found with ID: {ZoneId(id)}");

    private static HostedZone Describe(View view, NamespaceRecord its) =>
        new()
        {
            Id = "/hostedzone/" + its.HostedZoneId,
            Name = RecordSets.Absolute(its.DnsName),
            CallerReference = its.Id,
            Config = new HostedZoneConfig { Comment = its.Description ?? "", PrivateZone = IsPrivate(its) },
            ResourceRecordSetCount = RecordSets.Of(view, its).Count,
            LinkedService = new LinkedService
            {
                ServicePrincipal = ResourceArns.Principal,
                Description = ResourceArns.Of(its.Scope, ResourceArns.Namespace, its.Id),
            },
        };

    private static bool IsPrivate(NamespaceRecord its) => its.Type == NamespaceType.DnsPrivate;

    /// <summary>The id in what clients call a zone: the id, with <c>/hostedzone/</c> before it or not.</summary>
    private static string? ZoneId(string? id) => id?[(id.LastIndexOf('/') + 1)..];

    /// <exception cref="AwsException"><c>InvalidInput</c></exception>
    private static int SizeOf(string? maxItems, int usual)
    {
        if (maxItems is null)
            return usual;
        return int.TryParse(maxItems, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size > 0
            ? Math.Min(size, usual)
            : throw InvalidInput($"The value of MaxItems must be a positive number, but was {maxItems}.");
    }

    private static string Text(int size) => size.ToString(CultureInfo.InvariantCulture);
}
