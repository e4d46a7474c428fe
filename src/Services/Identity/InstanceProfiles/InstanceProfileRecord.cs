using Estiba.Contracts.Iam;
using Estiba.Identity.Roles;

namespace Estiba.Identity.InstanceProfiles;

/// <summary>An instance profile and the name of the one role in it.</summary>
/// <param name="AccountId">The account.</param>
/// <param name="InstanceProfile">What IAM tells of it, without its role.</param>
/// <param name="RoleName">The role; null while there is none.</param>
internal sealed record InstanceProfileRecord(string AccountId, InstanceProfile InstanceProfile, string? RoleName)
{
    public string Key => KeyOf(AccountId, InstanceProfile.InstanceProfileName!);

    /// <summary>The index key by which the profiles of a role are found.</summary>
    public string? RoleKey => RoleName is null ? null : RoleRecord.KeyOf(AccountId, RoleName);

    public static string KeyOf(string accountId, string name) => $"{accountId}/{name.ToLowerInvariant()}";
}
