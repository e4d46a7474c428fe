using Estiba.Contracts;
using Estiba.Contracts.Sts;
using Estiba.Identity.Authorization;
using Estiba.Identity.Authorization.Principals;
using Estiba.Identity.Credentials;
using Estiba.Identity.Policies;
using Estiba.Identity.Roles;
using Estiba.Identity.Users;
using Estiba.State;

namespace Estiba.Identity.Sessions;

/// <summary>The operations of STS: who calls, and temporary credentials.</summary>
/// <param name="store">Where sessions are.</param>
/// <param name="root">The platform's owner.</param>
/// <param name="ids">Makes keys.</param>
/// <param name="secrets">Makes their secrets and tokens.</param>
/// <param name="time">Says when sessions end.</param>
/// <param name="isOpen">Whether whoever calls may assume every role, because nobody's credentials are checked.</param>
public sealed class StsApi(
    Store store,
    RootCredentials root,
    UniqueIds ids,
    SecretKey secrets,
    TimeProvider time,
    bool isOpen = false
) : IStsApi
{
    private const int RoleSessionSeconds = 3600;
    private const int ChainedSessionSeconds = 3600;
    private const int UserSessionSeconds = 43200;

    /// <summary>The most that a caller may ask for.</summary>
    private const int LongestToken = 4096;

    // Each new session takes a few that are over with it, so that they never pile up.
    private const int SweptPerSession = 10;

    private readonly PrincipalDirectory _principals = new(store);
    private readonly RoleTrust _trust = new(time);

    /// <inheritdoc/>
    public Task<GetCallerIdentityResponse> GetCallerIdentityAsync(
        GetCallerIdentityRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new GetCallerIdentityResponse
            {
                UserId = UserIdOf(store.Current, context),
                Account = context.AccountId,
                // In which partition an account is, the region says.
                Arn = Arn.TryParse(context.PrincipalArn, out var arn)
                    ? (arn with { Partition = Arn.PartitionOf(context.Region) }).ToString()
                    : context.PrincipalArn,
            }
        );

    /// <inheritdoc/>
    public Task<GetAccessKeyInfoResponse> GetAccessKeyInfoAsync(
        GetAccessKeyInfoRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var (view, id) = (store.Current, request.AccessKeyId!);
        var account =
            id == root.Credentials.AccessKeyId
                ? root.AccountId
                : view.Find(IdentityTables.AccessKeys, id)?.AccountId
                    ?? view.Find(IdentityTables.Sessions, id)?.AccountId;
        return Task.FromResult(
            new GetAccessKeyInfoResponse
            {
                Account = account
                    ?? throw new AwsException("ValidationError", $"The access key ID {id} does not exist."),
            }
        );
    }

    /// <inheritdoc/>
    /// <remarks>Refusals are told in plain words here, so that no message is one to decode.</remarks>
    public Task<DecodeAuthorizationMessageResponse> DecodeAuthorizationMessageAsync(
        DecodeAuthorizationMessageRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw StsErrors.InvalidAuthorizationMessageException("Message is not valid");

    /// <inheritdoc/>
    public async Task<GetSessionTokenResponse> GetSessionTokenAsync(
        GetSessionTokenRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (store.Current.Find(IdentityTables.Sessions, context.AccessKeyId) is not null)
            throw new AwsException("AccessDenied", "Cannot call GetSessionToken with session credentials", 403);
        CheckMfa(request.SerialNumber, request.TokenCode);

        var session = NewSession(
            context.AccountId,
            context.PrincipalArn,
            UserIdOf(store.Current, context),
            request.DurationSeconds ?? UserSessionSeconds
        ) with
        {
            IssuerAccessKeyId = isOpen ? null : context.AccessKeyId,
            LeastTokenSize = request.MinimumSessionTokenSize,
        };
        await store.CommitAsync(transaction => Keep(transaction, session), cancellation);
        var credentials = Shown(session);
        return new GetSessionTokenResponse
        {
            Credentials = credentials,
            SessionTokenSize = credentials.SessionToken!.Length,
            SessionTokenUtilization = Utilization(credentials),
        };
    }

    /// <inheritdoc/>
    public async Task<AssumeRoleResponse> AssumeRoleAsync(
        AssumeRoleRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (!Arn.TryParse(request.RoleArn!, out var arn) || arn.Service != "iam" || arn.ResourceType != "role")
            throw new AwsException("ValidationError", $"{request.RoleArn} is invalid");
        if (request.ProvidedContexts is { Count: > 0 })
            throw new AwsException("ValidationError", "ProvidedContexts are not supported: nobody asserts them here.");
        if (request.Policy is { } policy)
            PolicyDocument.CheckPermissions(policy);

        // Decided before the transaction: what policies have in them must not keep other writers waiting.
        var view = store.Current;
        var role = RoleOf(view, arn) ?? throw RoleTrust.NotAuthorized(context, request.RoleArn!);
        var principal = context.Service is null ? _principals.Find(context) : null;
        if (!isOpen || context.Service is not null)
            _trust.Check(role, request, context, principal);
        CheckMfa(request.SerialNumber, request.TokenCode);
        CheckDuration(view, context, request.DurationSeconds, role.Role.MaxSessionDuration!.Value);
        if (
            request.PolicyArns?.FirstOrDefault(each => !ManagedPolicy.Exists(view, arn.AccountId, each.Arn!)) is
            { } missing
        )
            throw new AwsException("ValidationError", $"Policy {missing.Arn} does not exist or is not attachable.");

        var user = new AssumedRoleUser
        {
            AssumedRoleId = $"{role.Role.RoleId}:{request.RoleSessionName}",
            Arn = (
                arn with
                {
                    Service = "sts",
                    Resource = $"assumed-role/{role.Role.RoleName}/{request.RoleSessionName}",
                }
            ).ToString(),
        };
        var session = NewSession(
            arn.AccountId,
            user.Arn,
            user.AssumedRoleId,
            request.DurationSeconds ?? RoleSessionSeconds
        ) with
        {
            Policy = request.Policy,
            PolicyArns = request.PolicyArns is { Count: > 0 } named ? [.. named.Select(each => each.Arn!)] : null,
            Tags = SessionTags.Of(request, principal),
            TransitiveTagKeys = SessionTags.Transitive(request, principal),
            SourceIdentity = SourceIdentity(request, principal, context),
            LeastTokenSize = request.MinimumSessionTokenSize,
        };
        await store.CommitAsync(
            transaction =>
            {
                if (RoleOf(transaction, arn)?.Role.RoleId != role.Role.RoleId)
                    throw RoleTrust.NotAuthorized(context, request.RoleArn!);
                Keep(transaction, session);
            },
            cancellation
        );
        var credentials = Shown(session);
        return new AssumeRoleResponse
        {
            Credentials = credentials,
            AssumedRoleUser = user,
            SourceIdentity = session.SourceIdentity,
            SessionTokenSize = credentials.SessionToken!.Length,
            SessionTokenUtilization = Utilization(credentials),
        };
    }

    /// <summary>Nobody has an MFA device here, so that no code is one of a device.</summary>
    private static void CheckMfa(string? serialNumber, string? tokenCode)
    {
        if (serialNumber is null && tokenCode is null)
            return;
        throw new AwsException(
            "AccessDenied",
            serialNumber is null || tokenCode is null
                ? "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code."
                : "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial "
                    + "number is valid and associated with this user.",
            403
        );
    }

    private static RoleRecord? RoleOf(View view, Arn arn)
    {
        var name = arn.Resource[(arn.Resource.LastIndexOf('/') + 1)..];
        return
            view.Find(IdentityTables.Roles, RoleRecord.KeyOf(arn.AccountId, name)) is { } role
            && role.Role.Arn == arn.ToString()
            ? role
            : null;
    }

    // Who is behind a session stays the same in all that are begun in it ("Monitor and control actions taken with
    // assumed roles").
    private static string? SourceIdentity(AssumeRoleRequest request, Principal? principal, CallContext context) =>
        principal?.SourceIdentity is not { } known || request.SourceIdentity is null || request.SourceIdentity == known
            ? request.SourceIdentity ?? principal?.SourceIdentity
            : throw new AwsException(
                "AccessDenied",
                $"User: {context.PrincipalArn} is not authorized to perform: sts:SetSourceIdentity on resource: "
                    + $"{request.RoleArn}",
                403
            );

    private static void CheckDuration(View view, CallContext context, int? seconds, int longest)
    {
        if (seconds > longest)
            throw new AwsException(
                "ValidationError",
                "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
            );
        if (
            seconds > ChainedSessionSeconds
            && view.Find(IdentityTables.Sessions, context.AccessKeyId) is { } session
            && session.IsOfRole
        )
        {
            throw new AwsException(
                "ValidationError",
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
            );
        }
    }

    private SessionRecord NewSession(string accountId, string principalArn, string userId, int seconds) =>
        new()
        {
            AccessKeyId = ids.TemporaryAccessKeyId(),
            AccountId = accountId,
            PrincipalArn = principalArn,
            UserId = userId,
            IssuedAt = DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds()),
            Expires = DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds() + seconds),
        };

    private void Keep(Transaction transaction, SessionRecord session)
    {
        // A day after its end nobody needs to be told any more that a session is over.
        var over = SessionRecord.OrderOf(time.GetUtcNow() - TimeSpan.FromDays(1));
        foreach (
            var old in transaction
                .InOrder(IdentityTables.Sessions, IdentityTables.SessionsByExpiry, before: over)
                .Take(SweptPerSession)
                .ToList()
        )
            transaction.Delete(IdentityTables.Sessions, old.AccessKeyId);
        transaction.Put(IdentityTables.Sessions, session);
    }

    private static string UserIdOf(View view, CallContext context)
    {
        if (view.Find(IdentityTables.Sessions, context.AccessKeyId) is { } session)
            return session.UserId;
        return
            view.Find(IdentityTables.AccessKeys, context.AccessKeyId)?.UserName is { } name
            && view.Find(IdentityTables.Users, UserRecord.KeyOf(context.AccountId, name)) is { } user
            ? user.User.UserId!
            : context.AccountId;
    }

    private static int Utilization(Contracts.Sts.Credentials credentials) =>
        credentials.SessionToken!.Length * 100 / LongestToken;

    private Contracts.Sts.Credentials Shown(SessionRecord session) =>
        new()
        {
            AccessKeyId = session.AccessKeyId,
            SecretAccessKey = secrets.SessionSecret(session.AccessKeyId),
            SessionToken = secrets.SessionToken(session.AccessKeyId, session.LeastTokenSize),
            Expiration = session.Expires,
        };
}
