using Estiba.Compute.Images;
using Estiba.Compute.Instances;
using Estiba.Compute.Networking;
using Estiba.Compute.SecurityGroups;
using Estiba.Compute.Volumes;
using Estiba.Compute.Vpcs;
using Estiba.Contracts;
using Estiba.State;

namespace Estiba.Compute.Tags;

/// <summary>Knows which resources exist to be tagged, and how EC2 says that one does not.</summary>
internal static class TaggedResources
{
    /// <summary>Kinds of which there may be some here, and those of which there are none yet.</summary>
    private static readonly ResourceKind[] Kinds =
    [
        ResourceKind.Instance,
        ResourceKind.SecurityGroup,
        ResourceKind.SecurityGroupRule,
        ResourceKind.KeyPair,
        ResourceKind.Subnet,
        ResourceKind.Vpc,
        ResourceKind.Image,
        ResourceKind.Volume,
        ResourceKind.NetworkInterface,
        ResourceKind.RouteTable,
        ResourceKind.InternetGateway,
        ResourceKind.NetworkAcl,
        ResourceKind.DhcpOptions,
        ResourceKind.PrefixList,
        ResourceKind.Snapshot,
        ResourceKind.NatGateway,
        ResourceKind.Allocation,
        ResourceKind.VpcEndpoint,
        ResourceKind.VpcPeeringConnection,
        ResourceKind.EgressOnlyInternetGateway,
        ResourceKind.SpotInstanceRequest,
        ResourceKind.LaunchTemplate,
    ];

    /// <summary>The type of an existing resource, for example <c>instance</c>.</summary>
    /// <exception cref="AwsException"><c>InvalidID</c>, or the NotFound of the resource's type.</exception>
    public static string TypeOf(View view, CallContext context, AddressRange range, string resourceId)
    {
        var kind = Array.Find(Kinds, kind => resourceId.StartsWith(kind.Prefix, StringComparison.Ordinal))
            ?? throw new AwsException("InvalidID", $"The ID '{resourceId}' is not valid");
        return Exists(kind, view, context, new DefaultVpc(context, range), resourceId)
            ? kind.Type
            : throw kind.NotFound(resourceId);
    }

    private static bool Exists(ResourceKind kind, View view, CallContext context, DefaultVpc vpc, string id)
    {
        var key = Scope.Of(context).Key(id);
        return kind.Type switch
        {
            "instance" => view.Find(ComputeTables.Instances, key) is not null,
            "security-group" => id == vpc.SecurityGroupId || view.Find(ComputeTables.SecurityGroups, key) is not null,
            "security-group-rule" => new SecurityGroupLookup(view, context, vpc)
                .All()
                .Any(group => group.Rules.Any(rule => rule.SecurityGroupRuleId == id)),
            "key-pair" => view.Where(ComputeTables.KeyPairs, ComputeTables.KeyPairId, key).Any(),
            "subnet" => vpc.ZoneOfSubnet(id) is not null,
            "vpc" => id == vpc.VpcId,
            "image" => ImageCatalog.Find(context.Region, id) is not null,
            "volume" => OfInstance(RootVolume.IdOf),
            "network-interface" => view.Find(ComputeTables.NetworkInterfaces, key) is not null
                || OfInstance(InstanceDescription.NetworkInterfaceId),
            "route-table" => id == vpc.RouteTableId,
            "internet-gateway" => id == vpc.InternetGatewayId,
            "network-acl" => id == vpc.NetworkAclId,
            "dhcp-options" => id == vpc.DhcpOptionsId,
            "launch-template" => view.Find(ComputeTables.LaunchTemplates, key) is not null,
            _ => false,
        };

        bool OfInstance(Func<InstanceRecord, string> idOf) =>
            view.Range(ComputeTables.Instances, Scope.Of(context).Prefix)
                .Any(instance => instance.TerminatedAt is null && idOf(instance) == id);
    }
}
