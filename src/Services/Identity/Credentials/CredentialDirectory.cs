using Estiba.Contracts.Iam;
using Estiba.Contracts.Signing;
using Estiba.Identity.Sessions;
using Estiba.Identity.Users;
using Estiba.Identity.Uses;
using Estiba.State;

namespace Estiba.Identity.Credentials;

/// <summary>
/// Finds whose an access key is: the platform's owner, a user of IAM, or a session of STS. Who is there no longer has
/// none.
/// </summary>
/// <param name="store">Where the keys of users and sessions are.</param>
/// <param name="root">The platform's owner.</param>
/// <param name="secrets">Opens what is sealed in the store.</param>
/// <param name="uses">Hears of uses.</param>
public sealed class CredentialDirectory(Store store, RootCredentials root, SecretKey secrets, LastUses uses)
    : ICredentialSource
{
    private readonly Credential _root = new()
    {
        AccessKeyId = root.Credentials.AccessKeyId,
        SecretAccessKey = root.Credentials.SecretAccessKey,
        AccountId = root.AccountId,
        PrincipalArn = root.Arn,
    };

    /// <inheritdoc/>
    public Credential? Find(string accessKeyId)
    {
        if (accessKeyId == _root.AccessKeyId)
            return _root;

        var view = store.Current;
        if (view.Find(IdentityTables.AccessKeys, accessKeyId) is { } key)
            return key.Status == StatusType.Active && IsOwned(view, key) ? OfUser(key) : null;
        return
            view.Find(IdentityTables.Sessions, accessKeyId) is { } session && SessionIssuer.IsThere(view, session, root)
            ? OfSession(session)
            : null;
    }

    /// <inheritdoc/>
    public void Used(Credential credential, string service, string region)
    {
        var id = credential.AccessKeyId;
        if (id == _root.AccessKeyId)
            return;

        var view = store.Current;
        if (view.Find(IdentityTables.AccessKeys, id) is not null)
            uses.Note(id, service, region);
        else if (view.Find(IdentityTables.Sessions, id)?.RoleId is { } role)
            uses.Note(role, service, region);
    }

    private static bool IsOwned(View view, AccessKeyRecord key) =>
        key.UserName is null
        || view.Find(IdentityTables.Users, UserRecord.KeyOf(key.AccountId, key.UserName)) is not null;

    // A key whose secret was sealed with another key of the data directory is nobody's.
    private Credential? OfUser(AccessKeyRecord key) =>
        secrets.Open(key.SecretAccessKey, key.AccessKeyId) is not { } secret
            ? null
            : new Credential
            {
                AccessKeyId = key.AccessKeyId,
                SecretAccessKey = secret,
                AccountId = key.AccountId,
                PrincipalArn = key.PrincipalArn,
            };

    private Credential? OfSession(SessionRecord session)
    {
        var (id, written, token) = (session.AccessKeyId, session.SecretAccessKey, session.SessionToken);
        var secret = written is null ? secrets.SessionSecret(id) : secrets.Open(written, id);
        return secret is null
            ? null
            : new Credential
            {
                AccessKeyId = id,
                SecretAccessKey = secret,
                AccountId = session.AccountId,
                PrincipalArn = session.PrincipalArn,
                SessionToken = token is null
                    ? secrets.SessionToken(id, session.LeastTokenSize)
                    : secrets.Open(token, id),
                Expires = session.Expires,
            };
    }
}
