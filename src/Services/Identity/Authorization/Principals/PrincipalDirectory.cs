using System.Collections.Concurrent;
using Estiba.Contracts;
using Estiba.Contracts.Iam;
using Estiba.Identity.Authorization.Policies;
using Estiba.Identity.Credentials;
using Estiba.Identity.Roles;
using Estiba.Identity.Sessions;
using Estiba.Identity.Users;
using Estiba.State;

namespace Estiba.Identity.Authorization.Principals;

/// <summary>
/// Finds out who a caller is and which policies count for it. What it has found holds until IAM changes.
/// </summary>
/// <param name="store">Where users, roles, policies and sessions are.</param>
internal sealed class PrincipalDirectory(Store store)
{
    private const int MostKnown = 20_000;

    private static readonly PrincipalPolicies None = new(new PolicySet([]));

    private volatile Known _known = new([]);

    /// <summary>Who calls; null when there is no such principal any more.</summary>
    public Principal? Find(CallContext caller)
    {
        var view = store.Current;
        var session = view.Find(IdentityTables.Sessions, caller.AccessKeyId);
        if (session is null && IsRoot(caller.PrincipalArn))
            return Root(caller.AccountId, caller.PrincipalArn);

        var principals = KnownIn(view).Principals;
        var key = session is null ? caller.PrincipalArn : session.AccessKeyId;
        if (principals.TryGetValue(key, out var found) && ReferenceEquals(found.Session, session))
            return found.Principal;

        if (Read(view, caller, session) is not { } principal)
            return null;
        principals[key] = (session, principal);
        return principal;
    }

    // What was found is thrown away as a whole when anything changes that it could rest on, and when it is much.
    private Known KnownIn(View view)
    {
        object[] basis =
        [
            view.ContentOf(IdentityTables.Users),
            view.ContentOf(IdentityTables.Groups),
            view.ContentOf(IdentityTables.Memberships),
            view.ContentOf(IdentityTables.Roles),
            view.ContentOf(IdentityTables.Policies),
        ];
        var known = _known;
        if (known.Basis.AsSpan().SequenceEqual(basis) && known.Principals.Count < MostKnown)
            return known;
        return _known = new Known(basis);
    }

    private static Principal? Read(View view, CallContext caller, SessionRecord? session)
    {
        if (session is null)
            return SessionIssuer.User(view, caller.AccountId, caller.PrincipalArn) is { } user ? Of(view, user) : null;
        if (session.IsOfRole)
            return SessionIssuer.Role(view, session) is { } role ? Of(view, role, session) : null;
        var issuer =
            IsRoot(session.PrincipalArn) ? Root(session.AccountId, session.PrincipalArn)
            : SessionIssuer.User(view, session) is { } owner ? Of(view, owner)
            : null;
        return issuer is null ? null : issuer with { IsSessionOfKey = true, TokenIssued = session.IssuedAt };
    }

    private static Principal Of(View view, RoleRecord role, SessionRecord session)
    {
        return new Principal
        {
            Kind = PrincipalKind.AssumedRole,
            AccountId = session.AccountId,
            Arn = session.PrincipalArn,
            EntityArn = role.Role.Arn!,
            UserId = session.UserId,
            Tags = Tags(role.Role.Tags, session.Tags),
            TokenIssued = session.IssuedAt,
            SourceIdentity = session.SourceIdentity,
            TransitiveTagKeys = session.TransitiveTagKeys ?? [],
            Policies = new PrincipalPolicies(
                new PolicySet(PolicyDocuments.Of(view, role)),
                Boundary(view, session.AccountId, role.Role.PermissionsBoundary),
                SessionPolicies(view, session)
            ),
        };
    }

    private static Principal Of(View view, UserRecord user) =>
        new()
        {
            Kind = PrincipalKind.User,
            AccountId = user.AccountId,
            Arn = user.User.Arn!,
            EntityArn = user.User.Arn!,
            UserId = user.User.UserId!,
            UserName = user.User.UserName,
            Tags = Tags(user.User.Tags, session: null),
            Policies = new PrincipalPolicies(
                new PolicySet(PolicyDocuments.Of(view, user)),
                Boundary(view, user.AccountId, user.User.PermissionsBoundary)
            ),
        };

    private static Principal Root(string accountId, string arn) =>
        new()
        {
            Kind = PrincipalKind.Root,
            AccountId = accountId,
            Arn = arn,
            EntityArn = arn,
            UserId = accountId,
            Policies = None,
        };

    private static PolicySet? Boundary(View view, string accountId, AttachedPermissionsBoundary? boundary) =>
        boundary?.PermissionsBoundaryArn is { } arn
            ? new PolicySet([PolicyDocuments.Boundary(view, accountId, arn)])
            : null;

    private static PolicySet? SessionPolicies(View view, SessionRecord session) =>
        session.Policy is null && session.PolicyArns is not { Count: > 0 }
            ? null
            : new PolicySet([
                .. session.Policy is { } own ? [own] : (string[])[],
                .. PolicyDocuments.Attached(view, session.AccountId, session.PolicyArns ?? []),
            ]);

    // A tag of the session counts instead of one of the role with the same key.
    private static Dictionary<string, string> Tags(
        IReadOnlyList<Tag>? entity,
        IReadOnlyDictionary<string, string>? session
    )
    {
        var tags = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var tag in entity ?? [])
            tags[tag.Key!] = tag.Value!;
        foreach (var (key, value) in session ?? new Dictionary<string, string>())
            tags[key] = value;
        return tags;
    }

    /// <summary>
    /// Whether a long-term key of an account's root calls: for most callers of a platform nothing has to be looked up.
    /// </summary>
    public static bool IsRootItself(CallContext caller) =>
        IsRoot(caller.PrincipalArn)
        && !caller.AccessKeyId.StartsWith(UniqueIds.TemporaryPrefix, StringComparison.Ordinal);

    // No name has a colon in it.
    private static bool IsRoot(string arn) => arn.EndsWith(":root", StringComparison.Ordinal);

    private sealed record Known(object[] Basis)
    {
        public ConcurrentDictionary<string, (SessionRecord? Session, Principal Principal)> Principals { get; } =
            new(StringComparer.Ordinal);
    }
}
