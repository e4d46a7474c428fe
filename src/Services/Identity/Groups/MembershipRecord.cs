using Estiba.State;

namespace Estiba.Identity.Groups;

/// <summary>That a user is in a group. It names both by their unique ids, which stay when they are renamed.</summary>
/// <param name="UserId">The user.</param>
/// <param name="GroupId">The group.</param>
internal sealed record MembershipRecord(string UserId, string GroupId)
{
    public string Key => KeyOf(UserId, GroupId);

    public static string KeyOf(string userId, string groupId) => $"{userId}/{groupId}";

    /// <summary>The groups of a user, by name.</summary>
    public static IEnumerable<GroupRecord> GroupsOf(View view, string userId) =>
        view.Range(IdentityTables.Memberships, userId + "/")
            .SelectMany(membership => view.Where(IdentityTables.Groups, IdentityTables.GroupsById, membership.GroupId))
            .OrderBy(group => group.Key, StringComparer.Ordinal);
}
