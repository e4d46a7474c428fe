using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute.Vpcs;

/// <summary>
/// The prefix lists that AWS keeps for its gateway endpoints, by the names that templates ask for. The services that
/// they are of have no addresses of their own
/// here, so the lists are empty.
/// </summary>
internal static class ManagedPrefixLists
{
    private static readonly string[] Services = ["dynamodb", "s3"];

    public static IReadOnlyList<ManagedPrefixList> All(string region) =>
        [
            .. Services
                .Select(service => $"com.amazonaws.{region}.{service}")
                .Select(name => (Name: name, Id: ResourceIds.Derived("pl-", name)))
                .Select(list => new ManagedPrefixList
                {
                    PrefixListId = list.Id,
                    PrefixListName = list.Name,
                    PrefixListArn = new Arn("ec2", region, "aws", $"prefix-list/{list.Id}").ToString(),
                    AddressFamily = "IPv4",
                    State = "create-complete",
                    OwnerId = "AWS",
                }),
        ];

    public static ManagedPrefixList? Find(string region, string id) =>
        All(region).FirstOrDefault(list => list.PrefixListId == id);
}
