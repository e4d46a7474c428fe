using System.Text.Json.Serialization;
using Estiba.Identity.Account;
using Estiba.Identity.Credentials;
using Estiba.Identity.Groups;
using Estiba.Identity.InstanceProfiles;
using Estiba.Identity.Policies;
using Estiba.Identity.Roles;
using Estiba.Identity.Sessions;
using Estiba.Identity.Users;
using Estiba.Identity.Uses;
using Estiba.State;

namespace Estiba.Identity;

/// <summary>What identity keeps in the store.</summary>
public static class IdentityTables
{
    internal static readonly Index<AccessKeyRecord> KeysByOwner = new("owner", key => key.Owner);
    internal static readonly Index<SessionRecord> SessionsByExpiry = new("expiry", session => session.ExpiryOrder);
    internal static readonly Index<InstanceProfileRecord> ProfilesByRole = new("role", profile => profile.RoleKey);
    internal static readonly Index<RoleRecord> RolesById = new("id", role => role.Role.RoleId);
    internal static readonly Index<UserRecord> UsersById = new("id", user => user.User.UserId);
    internal static readonly Index<GroupRecord> GroupsById = new("id", group => group.Group.GroupId);
    internal static readonly Index<MembershipRecord> MembersByGroup = new("group", membership => membership.GroupId);

    internal static readonly Table<UserRecord> Users = new(
        "identity.users",
        user => user.Key,
        IdentityJson.Default,
        UsersById
    );

    internal static readonly Table<GroupRecord> Groups = new(
        "identity.groups",
        group => group.Key,
        IdentityJson.Default,
        GroupsById
    );

    internal static readonly Table<MembershipRecord> Memberships = new(
        "identity.memberships",
        membership => membership.Key,
        IdentityJson.Default,
        MembersByGroup
    );

    internal static readonly Table<AccessKeyRecord> AccessKeys = new(
        "identity.accessKeys",
        key => key.AccessKeyId,
        IdentityJson.Default,
        KeysByOwner
    );

    internal static readonly Table<RoleRecord> Roles = new(
        "identity.roles",
        role => role.Key,
        IdentityJson.Default,
        RolesById
    );

    internal static readonly Table<PolicyRecord> Policies = new(
        "identity.policies",
        policy => policy.Key,
        IdentityJson.Default
    );

    internal static readonly Table<InstanceProfileRecord> InstanceProfiles = new(
        "identity.instanceProfiles",
        profile => profile.Key,
        IdentityJson.Default,
        ProfilesByRole
    );

    internal static readonly Table<SessionRecord> Sessions = new(
        "identity.sessions",
        session => session.AccessKeyId,
        IdentityJson.Default,
        SessionsByExpiry
    );

    internal static readonly Table<AccountRecord> Accounts = new(
        "identity.accounts",
        account => account.AccountId,
        IdentityJson.Default
    );

    internal static readonly Table<UseRecord> Uses = new("identity.uses", use => use.Id, IdentityJson.Default);

    internal static readonly Table<SealedKeyRecord> SealedKeys = new(
        "identity.sealedKeys",
        key => key.Name,
        IdentityJson.Default
    );

    /// <summary>All of them, for <see cref="Store.OpenAsync"/>.</summary>
    public static IReadOnlyList<Table> Tables { get; } =
    [Users, Groups, Memberships, AccessKeys, Roles, Policies, InstanceProfiles, Sessions, Accounts, Uses, SealedKeys];
}

/// <summary>How the records are written in the journal.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true
)]
[JsonSerializable(typeof(UserRecord))]
[JsonSerializable(typeof(GroupRecord))]
[JsonSerializable(typeof(MembershipRecord))]
[JsonSerializable(typeof(AccessKeyRecord))]
[JsonSerializable(typeof(RoleRecord))]
[JsonSerializable(typeof(PolicyRecord))]
[JsonSerializable(typeof(InstanceProfileRecord))]
[JsonSerializable(typeof(SessionRecord))]
[JsonSerializable(typeof(AccountRecord))]
[JsonSerializable(typeof(UseRecord))]
[JsonSerializable(typeof(SealedKeyRecord))]
internal sealed partial class IdentityJson : JsonSerializerContext;
