using Estiba.Contracts;
using Estiba.Identity.Groups;
using Estiba.Identity.InstanceProfiles;
using Estiba.Identity.Roles;
using Estiba.Identity.Sessions;
using Estiba.Identity.Users;
using Estiba.State;

namespace Estiba.Identity.Authorization.Requests;

/// <summary>How the entities of IAM are called, as the store has them; of one that is not there, its name.</summary>
/// <param name="store">Where they are.</param>
/// <param name="services">Knows ECS, for its task definitions, and EC2, for names of security groups and ids of key
/// pairs.</param>
internal sealed class EntityNames(Store store, ResourceTags services) : IEntityNames
{
    public string ResourceOf(string kind, string name, CallContext caller) =>
        ArnOf(kind, name, caller.AccountId) is { } arn && Arn.TryParse(arn, out var parsed)
            ? parsed.Resource
            : $"{(kind == "user-group" ? "group" : kind)}/{name}";

    public string RevisionOf(string family, CallContext caller) =>
        services.LatestRevision(family, caller) is { } revision ? $"{family}:{revision}" : $"{family}:*";

    public string SecurityGroupOf(string nameOrId, CallContext caller) =>
        nameOrId.StartsWith("sg-", StringComparison.Ordinal)
            ? nameOrId
            : services.SecurityGroup(nameOrId, caller) ?? nameOrId;

    public string KeyPairOf(string nameOrId, CallContext caller) => services.KeyPair(nameOrId, caller) ?? nameOrId;

    public (string Resource, string Name)? Own(CallContext caller) =>
        SessionIssuer.User(store.Current, caller.AccountId, caller.PrincipalArn) is { } user
        && Arn.TryParse(user.User.Arn!, out var arn)
            ? (arn.Resource, user.User.UserName!)
            : null;

    private string? ArnOf(string kind, string name, string accountId) =>
        kind switch
        {
            "user" => store.Current.Find(IdentityTables.Users, UserRecord.KeyOf(accountId, name))?.User.Arn,
            "role" => store.Current.Find(IdentityTables.Roles, RoleRecord.KeyOf(accountId, name))?.Role.Arn,
            "user-group" => store.Current.Find(IdentityTables.Groups, GroupRecord.KeyOf(accountId, name))?.Group.Arn,
            "instance-profile" => store
                .Current.Find(IdentityTables.InstanceProfiles, InstanceProfileRecord.KeyOf(accountId, name))
                ?.InstanceProfile.Arn,
            _ => null,
        };
}
