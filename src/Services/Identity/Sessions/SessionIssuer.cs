using Estiba.Contracts;
using Estiba.Contracts.Iam;
using Estiba.Identity.Credentials;
using Estiba.Identity.Roles;
using Estiba.Identity.Users;
using Estiba.State;

namespace Estiba.Identity.Sessions;

/// <summary>Whom temporary credentials speak for, as long as it is still the one that they were made for.</summary>
internal static class SessionIssuer
{
    /// <summary>
    /// Whether they are still good, apart from their time: the role, the user and the key that they rest on are there.
    /// </summary>
    /// <param name="view">What there is.</param>
    /// <param name="session">The credentials.</param>
    /// <param name="root">The platform's owner, whose key is in no table.</param>
    public static bool IsThere(View view, SessionRecord session, RootCredentials root)
    {
        if (session.IsOfRole)
            return Role(view, session) is not null;
        if (
            session.IssuerAccessKeyId is { } key
            && key != root.Credentials.AccessKeyId
            && view.Find(IdentityTables.AccessKeys, key) is not { Status: StatusType.Active }
        )
            return false;
        return session.PrincipalArn == RootCredentials.RootArn(session.AccountId) || User(view, session) is not null;
    }

    /// <summary>
    /// The role of a session; null when it is gone, also when another has its name now: its id says which it was.
    /// </summary>
    public static RoleRecord? Role(View view, SessionRecord session)
    {
        var name = session.PrincipalArn.Split('/')[1];
        return
            view.Find(IdentityTables.Roles, RoleRecord.KeyOf(session.AccountId, name)) is { } role
            && role.Role.RoleId == session.RoleId
            ? role
            : null;
    }

    /// <summary>
    /// The user of a session, by whatever name it has now; null when it is gone, also when another has its name.
    /// </summary>
    public static UserRecord? User(View view, SessionRecord session) =>
        view.Where(IdentityTables.Users, IdentityTables.UsersById, session.UserId)
            .FirstOrDefault(user => user.AccountId == session.AccountId);

    /// <summary>The user with an ARN; null when there is none, and when it is the ARN of something else.</summary>
    public static UserRecord? User(View view, string accountId, string arn) =>
        Arn.TryParse(arn, out var parsed) && parsed is { Service: "iam", ResourceType: "user" }
            ? view.Find(
                IdentityTables.Users,
                UserRecord.KeyOf(accountId, parsed.Resource[(parsed.Resource.LastIndexOf('/') + 1)..])
            )
            : null;
}
