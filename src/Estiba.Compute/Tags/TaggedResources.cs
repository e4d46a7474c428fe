using Estiba.Compute.Images;
using Estiba.Compute.Networking;
using Estiba.Compute.Vpcs;
using Estiba.Contracts;
using Estiba.State;

namespace Estiba.Compute.Tags;

/// <summary>Knows which resources exist to be tagged, and how EC2 says that one does not.</summary>
internal static class TaggedResources
{
    private sealed record Kind(string Prefix, string Type, string Error, string What);

    private static readonly Kind[] s_kinds =
    [
        new("i-", "instance", "InvalidInstanceID.NotFound", "instance ID"),
        new("sg-", "security-group", "InvalidGroup.NotFound", "security group"),
        new("key-", "key-pair", "InvalidKeyPair.NotFound", "key pair"),
        new("subnet-", "subnet", "InvalidSubnetID.NotFound", "subnet ID"),
        new("vpc-", "vpc", "InvalidVpcID.NotFound", "vpc ID"),
        new("ami-", "image", "InvalidAMIID.NotFound", "image ID"),
    ];

    /// <summary>The type of an existing resource, for example <c>instance</c>.</summary>
    /// <exception cref="AwsException"><c>InvalidID</c>, or the NotFound of the resource's type.</exception>
    public static string TypeOf(View view, CallContext context, AddressRange range, string resourceId)
    {
        var kind = Array.Find(s_kinds, kind => resourceId.StartsWith(kind.Prefix, StringComparison.Ordinal))
            ?? throw new AwsException("InvalidID", $"The ID '{resourceId}' is not valid");
        return Exists(kind, view, context, new DefaultVpc(context, range), resourceId)
            ? kind.Type
            : throw new AwsException(kind.Error, $"The {kind.What} '{resourceId}' does not exist");
    }

    private static bool Exists(Kind kind, View view, CallContext context, DefaultVpc vpc, string id)
    {
        var key = ComputeTables.Key(context, id);
        return kind.Type switch
        {
            "instance" => view.Find(ComputeTables.Instances, key) is not null,
            "security-group" => id == vpc.SecurityGroupId || view.Find(ComputeTables.SecurityGroups, key) is not null,
            "key-pair" => view.Where(ComputeTables.KeyPairs, ComputeTables.KeyPairId, key).Any(),
            "subnet" => vpc.ZoneOfSubnet(id) is not null,
            "vpc" => id == vpc.VpcId,
            _ => ImageCatalog.IsImageId(id),
        };
    }
}
