using System.Text.Json.Serialization;
using Estiba.Identity.InstanceProfiles;
using Estiba.Identity.Policies;
using Estiba.Identity.Roles;
using Estiba.Identity.Sessions;
using Estiba.Identity.Users;
using Estiba.State;

namespace Estiba.Identity;

/// <summary>What identity keeps in the store.</summary>
public static class IdentityTables
{
    internal static readonly Index<AccessKeyRecord> KeysByOwner = new("owner", key => key.Owner);
    internal static readonly Index<SessionRecord> SessionsByExpiry = new("expiry", session => session.ExpiryOrder);
    internal static readonly Index<InstanceProfileRecord> ProfilesByRole = new("role", profile => profile.RoleKey);

    internal static readonly Table<UserRecord> Users =
        new("identity.users", user => user.Key, IdentityJson.Default.UserRecord);

    internal static readonly Table<AccessKeyRecord> AccessKeys =
        new("identity.accessKeys", key => key.AccessKeyId, IdentityJson.Default.AccessKeyRecord, KeysByOwner);

    internal static readonly Table<RoleRecord> Roles =
        new("identity.roles", role => role.Key, IdentityJson.Default.RoleRecord);

    internal static readonly Table<PolicyRecord> Policies =
        new("identity.policies", policy => policy.Key, IdentityJson.Default.PolicyRecord);

    internal static readonly Table<InstanceProfileRecord> InstanceProfiles =
        new("identity.instanceProfiles", profile => profile.Key, IdentityJson.Default.InstanceProfileRecord, ProfilesByRole);

    internal static readonly Table<SessionRecord> Sessions =
        new("identity.sessions", session => session.AccessKeyId, IdentityJson.Default.SessionRecord, SessionsByExpiry);

    /// <summary>All of them, for <see cref="Store.OpenAsync"/>.</summary>
    public static IReadOnlyList<Table> Tables { get; } = [Users, AccessKeys, Roles, Policies, InstanceProfiles, Sessions];
}

/// <summary>How the records are written in the journal.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(UserRecord))]
[JsonSerializable(typeof(AccessKeyRecord))]
[JsonSerializable(typeof(RoleRecord))]
[JsonSerializable(typeof(PolicyRecord))]
[JsonSerializable(typeof(InstanceProfileRecord))]
[JsonSerializable(typeof(SessionRecord))]
internal sealed partial class IdentityJson : JsonSerializerContext;
