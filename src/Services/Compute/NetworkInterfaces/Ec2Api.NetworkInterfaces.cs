using Estiba.Compute.Describing;
using Estiba.Compute.Instances;
using Estiba.Compute.NetworkInterfaces;
using Estiba.Compute.Tags;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.State;

namespace Estiba.Compute;

/// <summary>
/// Network interfaces: each instance has one for as long as it has an address, and others are created on their own.
/// </summary>
public sealed partial class Ec2Api
{
    private static readonly FilterSet<NetworkInterface> NetworkInterfaceFilters = new(
        ShapeFilters
            .Of<NetworkInterface>(
                "addresses.association.owner-id = PrivateIpAddresses.Association.IpOwnerId",
                "addresses.association.public-ip = PrivateIpAddresses.Association.PublicIp",
                "addresses.primary = PrivateIpAddresses.Primary",
                "addresses.private-ip-address = PrivateIpAddresses.PrivateIpAddress",
                "association.allocation-id",
                "association.association-id",
                "association.ip-owner-id",
                "association.public-dns-name",
                "association.public-ip",
                "attachment.attachment-id",
                "attachment.delete-on-termination",
                "attachment.device-index",
                "attachment.instance-id",
                "attachment.instance-owner-id",
                "attachment.status",
                "availability-zone",
                "availability-zone-id",
                "description",
                "group-id = Groups.GroupId",
                "group-name = Groups.GroupName",
                "interface-type",
                "ipv6-addresses.ipv6-address",
                "mac-address",
                "network-interface-id",
                "operator.managed",
                "operator.principal",
                "owner-id",
                "private-dns-name",
                "private-ip-address",
                "requester-id",
                "requester-managed",
                "source-dest-check",
                "status",
                "subnet-id",
                "vpc-id"
            )
            .And(
                new FilterValues<NetworkInterface>
                {
                    { "attachment.attach-time", each => Moments.Text(each.Attachment!.AttachTime) },
                }
            ),
        each => each.TagSet!
    );

    /// <inheritdoc />
    public Task<DescribeNetworkInterfacesResult> DescribeNetworkInterfacesAsync(
        DescribeNetworkInterfacesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Page.CheckMaxResults(request.MaxResults);
        var matches = NetworkInterfaceFilters.Compile(request.Filters);
        if (request.MaxResults is not null && request.NetworkInterfaceIds is { Count: > 0 })
            throw Ec2Requests.Combination(
                "The parameter networkInterfaceIds cannot be used with the parameter maxResults"
            );
        Ec2Requests.EndDryRun(request.DryRun);

        var view = _store.Current;
        var all = new NetworkInterfaceDescription(view, context, Book(view, context))
            .All()
            .ToDictionary(each => each.NetworkInterfaceId!);
        ResourceKind.NetworkInterface.Require(request.NetworkInterfaceIds, all.ContainsKey);
        var page = Page.Of(
            all.Values.Where(each =>
                    request.NetworkInterfaceIds is null or []
                    || request.NetworkInterfaceIds.Contains(each.NetworkInterfaceId!)
                )
                .Where(matches)
                .OrderBy(each => each.NetworkInterfaceId, StringComparer.Ordinal),
            each => each.NetworkInterfaceId!,
            request.MaxResults,
            request.NextToken,
            request,
            context
        );
        return Task.FromResult(
            new DescribeNetworkInterfacesResult { NetworkInterfaces = page.Items, NextToken = page.NextToken }
        );
    }

    /// <inheritdoc />
    public Task<DescribeNetworkInterfaceAttributeResult> DescribeNetworkInterfaceAttributeAsync(
        DescribeNetworkInterfaceAttributeRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Ec2Requests.EndDryRun(request.DryRun);
        var view = _store.Current;
        var described = new NetworkInterfaceDescription(view, context, Book(view, context))
            .All()
            .FirstOrDefault(each => each.NetworkInterfaceId == request.NetworkInterfaceId);
        ResourceKind.NetworkInterface.Require([request.NetworkInterfaceId!], _ => described is not null);
        var answer = new DescribeNetworkInterfaceAttributeResult { NetworkInterfaceId = described!.NetworkInterfaceId };
        return Task.FromResult(
            request.Attribute switch
            {
                "description" => answer with { Description = Of(described.Description) },
                "groupSet" => answer with { Groups = described.Groups },
                "sourceDestCheck" => answer with { SourceDestCheck = Of(described.SourceDestCheck == true) },
                "attachment" => answer with { Attachment = described.Attachment },
                "associatePublicIpAddress" => answer with
                {
                    AssociatePublicIpAddress = described.Association is not null,
                },
                _ => throw Ec2Requests.Missing("attribute"),
            }
        );
    }

    /// <inheritdoc />
    public async Task<ModifyNetworkInterfaceAttributeResponse> ModifyNetworkInterfaceAttributeAsync(
        ModifyNetworkInterfaceAttributeRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (request.Attachment?.DeleteOnTermination == false)
            throw Ec2Requests.Unsupported("network interfaces that outlive their instance");
        if (
            request.EnablePrimaryIpv6 == true
            || request.EnaSrdSpecification is not null
            || request.AssociatedSubnetIds is { Count: > 0 }
        )
            throw Ec2Requests.Unsupported("this attribute of network interfaces");
        Ec2Requests.EndDryRun(request.DryRun);

        await _store.CommitAsync(
            transaction =>
            {
                var book = Book(transaction, context);
                var groups = request.Groups is { Count: > 0 } ids
                    ? ids.Select(id => book.GetById(id).GroupId).Distinct().ToList()
                    : null;
                if (FindInterface(transaction, context, request.NetworkInterfaceId!) is { } created)
                    transaction.Put(
                        ComputeTables.NetworkInterfaces,
                        RequireOwn(created, context) with
                        {
                            SecurityGroupIds = groups ?? created.SecurityGroupIds,
                            SourceDestCheck = request.SourceDestCheck?.Value ?? created.SourceDestCheck,
                            Description = request.Description?.Value ?? created.Description,
                        }
                    );
                else
                {
                    var instance = RequireInstance(transaction, context, request.NetworkInterfaceId!);
                    transaction.Put(
                        ComputeTables.Instances,
                        instance with
                        {
                            SecurityGroupIds = groups ?? instance.SecurityGroupIds,
                            SourceDestCheck = request.SourceDestCheck?.Value ?? instance.SourceDestCheck,
                            InterfaceDescription = request.Description?.Value ?? instance.InterfaceDescription,
                        }
                    );
                }
            },
            cancellation
        );
        return new ModifyNetworkInterfaceAttributeResponse();
    }

    /// <inheritdoc />
    public async Task<CreateNetworkInterfaceResult> CreateNetworkInterfaceAsync(
        CreateNetworkInterfaceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var wanted = new NewNetworkInterface(request);
        Ec2Requests.EndDryRun(request.DryRun);

        var now = _time.GetUtcNow();
        var record = await _store.CommitAsync(
            transaction => wanted.Create(transaction, context, _network.Range, _ids, now),
            cancellation
        );
        var view = _store.Current;
        var created = new NetworkInterfaceDescription(view, context, Book(view, context)).Of(record);
        return new CreateNetworkInterfaceResult
        {
            // The answer is given before it is available.
            NetworkInterface = created with
            {
                Status = "pending",
                Attachment = null,
            },
            ClientToken = request.ClientToken,
        };
    }

    /// <inheritdoc />
    public async Task<DeleteNetworkInterfaceResponse> DeleteNetworkInterfaceAsync(
        DeleteNetworkInterfaceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Ec2Requests.EndDryRun(request.DryRun);
        var id = request.NetworkInterfaceId!;
        await _store.CommitAsync(
            transaction =>
            {
                if (FindInterface(transaction, context, id) is not { } created)
                {
                    RequireInstance(transaction, context, id);
                    throw InterfaceInUse(id);
                }
                // What a service has made is attached to it for as long as it is there.
                if (created.Service is { } service && service != context.Service)
                    throw InterfaceInUse(id);
                transaction.Delete(ComputeTables.NetworkInterfaces, ComputeTables.KeyOf(created));
                ResourceTags.DeleteAll(transaction, context.AccountId, context.Region, id);
            },
            cancellation
        );
        return new DeleteNetworkInterfaceResponse();
    }

    private static NetworkInterfaceRecord? FindInterface(View view, CallContext context, string id) =>
        view.Find(ComputeTables.NetworkInterfaces, Scope.Of(context).Key(id));

    /// <summary>The instance whose interface has this id.</summary>
    /// <exception cref="AwsException">No interface has it.</exception>
    private static InstanceRecord RequireInstance(View view, CallContext context, string id)
    {
        var found = view.Range(ComputeTables.Instances, Scope.Of(context).Prefix)
            .FirstOrDefault(instance =>
                instance.Address is not null && InstanceDescription.NetworkInterfaceId(instance) == id
            );
        ResourceKind.NetworkInterface.Require([id], _ => found is not null);
        return found!;
    }

    private static NetworkInterfaceRecord RequireOwn(NetworkInterfaceRecord record, CallContext context) =>
        record.Service is null || record.Service == context.Service
            ? record
            : throw new AwsException("AuthFailure", "You do not have permission to access the specified resource.");

    private static AwsException InterfaceInUse(string id) =>
        Ec2Requests.Invalid($"Network interface '{id}' is currently in use.");
}
