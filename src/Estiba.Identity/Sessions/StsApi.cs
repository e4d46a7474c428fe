using Estiba.Contracts;
using Estiba.Contracts.Sts;
using Estiba.Identity.Credentials;
using Estiba.Identity.Policies;
using Estiba.Identity.Roles;
using Estiba.Identity.Sessions;
using Estiba.Identity.Users;
using Estiba.State;

namespace Estiba.Identity;

/// <summary>The operations of STS: who calls, and temporary credentials.</summary>
/// <remarks>
/// A role's trust policy decides which service may assume it. For whoever has credentials it is not enforced: they may assume every role. The root
/// of an account may too, which AWS does not allow: here it is the platform's owner, and often the only caller there is.
/// </remarks>
/// <param name="store">Where sessions are.</param>
/// <param name="root">The platform's owner.</param>
/// <param name="ids">Makes keys and tokens.</param>
/// <param name="time">Says when sessions end.</param>
public sealed class StsApi(Store store, RootCredentials root, UniqueIds ids, TimeProvider time) : IStsApi
{
    private const int RoleSessionSeconds = 3600;
    private const int ChainedSessionSeconds = 3600;
    private const int UserSessionSeconds = 43200;

    // Each new session takes a few that are over with it, so that they never pile up.
    private const int SweptPerSession = 10;

    /// <inheritdoc/>
    public Task<GetCallerIdentityResponse> GetCallerIdentityAsync(
        GetCallerIdentityRequest request, CallContext context, CancellationToken cancellation = default) =>
        Task.FromResult(new GetCallerIdentityResponse
        {
            UserId = UserIdOf(store.Current, context),
            Account = context.AccountId,
            Arn = context.PrincipalArn,
        });

    /// <inheritdoc/>
    public Task<GetAccessKeyInfoResponse> GetAccessKeyInfoAsync(
        GetAccessKeyInfoRequest request, CallContext context, CancellationToken cancellation = default)
    {
        var (view, id) = (store.Current, request.AccessKeyId!);
        var account = id == root.Credentials.AccessKeyId
            ? root.AccountId
            : view.Find(IdentityTables.AccessKeys, id)?.AccountId ?? view.Find(IdentityTables.Sessions, id)?.AccountId;
        return Task.FromResult(new GetAccessKeyInfoResponse
        {
            Account = account ?? throw new AwsException("ValidationError", $"The access key ID {id} does not exist."),
        });
    }

    /// <inheritdoc/>
    public async Task<GetSessionTokenResponse> GetSessionTokenAsync(
        GetSessionTokenRequest request, CallContext context, CancellationToken cancellation = default)
    {
        if (store.Current.Find(IdentityTables.Sessions, context.AccessKeyId) is not null)
            throw new AwsException("AccessDenied", "Cannot call GetSessionToken with session credentials", 403);

        var session = NewSession(
            context.AccountId, context.PrincipalArn, UserIdOf(store.Current, context), request.DurationSeconds ?? UserSessionSeconds);
        await store.CommitAsync(transaction => Keep(transaction, session), cancellation);
        return new GetSessionTokenResponse { Credentials = Shown(session) };
    }

    /// <inheritdoc/>
    public async Task<AssumeRoleResponse> AssumeRoleAsync(AssumeRoleRequest request, CallContext context, CancellationToken cancellation = default)
    {
        if (!Arn.TryParse(request.RoleArn!, out var arn) || arn.Service != "iam" || arn.ResourceType != "role")
            throw new AwsException("ValidationError", $"{request.RoleArn} is invalid");
        if (request.Policy is { } policy)
            PolicyDocument.CheckPermissions(policy);

        return await store.CommitAsync(
            transaction =>
            {
                var name = arn.Resource[(arn.Resource.LastIndexOf('/') + 1)..];
                var role = transaction.Find(IdentityTables.Roles, RoleRecord.KeyOf(arn.AccountId, name))?.Role;
                if (role is null || role.Arn != request.RoleArn || context.Service is not null && !TrustPolicy.Admits(role.AssumeRolePolicyDocument!, context))
                {
                    throw new AwsException("AccessDenied",
                        $"User: {context.PrincipalArn} is not authorized to perform: sts:AssumeRole on resource: {request.RoleArn}", 403);
                }

                CheckDuration(transaction, context, request.DurationSeconds, role.MaxSessionDuration!.Value);
                var user = new AssumedRoleUser
                {
                    AssumedRoleId = $"{role.RoleId}:{request.RoleSessionName}",
                    Arn = new Arn("sts", "", arn.AccountId, $"assumed-role/{role.RoleName}/{request.RoleSessionName}").ToString(),
                };
                var session = NewSession(arn.AccountId, user.Arn, user.AssumedRoleId, request.DurationSeconds ?? RoleSessionSeconds);
                Keep(transaction, session);
                return new AssumeRoleResponse { Credentials = Shown(session), AssumedRoleUser = user, SourceIdentity = request.SourceIdentity };
            },
            cancellation);
    }

    private static void CheckDuration(View view, CallContext context, int? seconds, int longest)
    {
        if (seconds > longest)
            throw new AwsException("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
        if (seconds > ChainedSessionSeconds && view.Find(IdentityTables.Sessions, context.AccessKeyId) is { } session && session.IsOfRole)
        {
            throw new AwsException("ValidationError",
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.");
        }
    }

    private SessionRecord NewSession(string accountId, string principalArn, string userId, int seconds) => new()
    {
        AccessKeyId = ids.TemporaryAccessKeyId(),
        SecretAccessKey = ids.Secret(),
        SessionToken = ids.SessionToken(),
        AccountId = accountId,
        PrincipalArn = principalArn,
        UserId = userId,
        Expires = DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds() + seconds),
    };

    private void Keep(Transaction transaction, SessionRecord session)
    {
        // A day after its end nobody needs to be told any more that a session is over.
        var over = SessionRecord.OrderOf(time.GetUtcNow() - TimeSpan.FromDays(1));
        foreach (var old in transaction.InOrder(IdentityTables.Sessions, IdentityTables.SessionsByExpiry, before: over).Take(SweptPerSession).ToList())
            transaction.Delete(IdentityTables.Sessions, old.AccessKeyId);
        transaction.Put(IdentityTables.Sessions, session);
    }

    private static string UserIdOf(View view, CallContext context)
    {
        if (view.Find(IdentityTables.Sessions, context.AccessKeyId) is { } session)
            return session.UserId;
        return view.Find(IdentityTables.AccessKeys, context.AccessKeyId)?.UserName is { } name
            && view.Find(IdentityTables.Users, UserRecord.KeyOf(context.AccountId, name)) is { } user
                ? user.User.UserId!
                : context.AccountId;
    }

    private static Contracts.Sts.Credentials Shown(SessionRecord session) => new()
    {
        AccessKeyId = session.AccessKeyId,
        SecretAccessKey = session.SecretAccessKey,
        SessionToken = session.SessionToken,
        Expiration = session.Expires,
    };
}
