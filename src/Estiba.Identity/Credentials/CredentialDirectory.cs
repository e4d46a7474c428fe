using Estiba.Contracts.Signing;
using Estiba.Identity.Sessions;
using Estiba.Identity.Users;
using Estiba.State;

namespace Estiba.Identity.Credentials;

/// <summary>Finds whose an access key is: the platform's owner, a user of IAM, or a session of STS.</summary>
public sealed class CredentialDirectory(Store store, RootCredentials root) : ICredentialSource
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
            return key.Status == Contracts.Iam.StatusType.Active ? OfUser(key) : null;
        return view.Find(IdentityTables.Sessions, accessKeyId) is { } session ? OfSession(session) : null;
    }

    private static Credential OfUser(AccessKeyRecord key) => new()
    {
        AccessKeyId = key.AccessKeyId,
        SecretAccessKey = key.SecretAccessKey,
        AccountId = key.AccountId,
        PrincipalArn = key.PrincipalArn,
    };

    private static Credential OfSession(SessionRecord session) => new()
    {
        AccessKeyId = session.AccessKeyId,
        SecretAccessKey = session.SecretAccessKey,
        AccountId = session.AccountId,
        PrincipalArn = session.PrincipalArn,
        SessionToken = session.SessionToken,
        Expires = session.Expires,
    };
}
