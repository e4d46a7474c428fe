using System.Globalization;
using Estiba.Contracts;
using Estiba.Contracts.Sts;
using Estiba.Identity.Authorization.Policies;
using Estiba.Identity.Authorization.Principals;
using Estiba.Identity.Authorization.Requests;
using Estiba.Identity.Roles;

namespace Estiba.Identity.Authorization;

/// <summary>
/// Decides who may assume a role: its trust policy, and what the caller's own policies say ("How IAM roles differ from
/// resource-based policies").
/// </summary>
/// <remarks>
/// A trust policy that names the caller itself is enough within an account; where it names the caller's account, or the
/// caller is of another, the caller's own policies
/// must allow it too. Beyond AWS, where no root may assume any role, the root of an account may assume the roles that
/// trust its account: here it is the platform's owner,
/// and often the only principal there is.
/// </remarks>
/// <param name="time">The clock.</param>
internal sealed class RoleTrust(TimeProvider time)
{
    private const string Everybody = "*";
    private const string NotForRoots = "Roles may not be assumed by root accounts.";

    private enum Trust
    {
        None,

        /// <summary>Its account is named.</summary>
        InAccount,

        /// <summary>It is named itself, or everybody is.</summary>
        InItself,
    }

    /// <summary>Refuses a caller who may not assume the role.</summary>
    /// <param name="role">The role.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="principal">Who that is to IAM; null for a service of the platform, and for one that is
    /// gone.</param>
    /// <exception cref="AwsException"><c>AccessDenied</c>.</exception>
    public void Check(RoleRecord role, AssumeRoleRequest request, CallContext caller, Principal? principal)
    {
        var keys = Keys(role, request, caller, principal);
        foreach (var action in Actions(request))
        {
            var asked = new AccessRequest(action, [role.Role.Arn!], keys);
            if (Refusal(role, asked, caller, principal) is not { } refusal)
                continue;
            throw Refused(principal is { Kind: PrincipalKind.Root } ? NotForRoots : refusal);
        }
    }

    /// <summary>The refusal of a role that is not there, or of which the caller is not told whether it is.</summary>
    public static AwsException NotAuthorized(CallContext caller, string roleArn) =>
        Refused(Sentence(caller, "sts:AssumeRole", roleArn));

    private static string? Refusal(RoleRecord role, AccessRequest asked, CallContext caller, Principal? principal)
    {
        var plain = Sentence(caller, asked.Action, role.Role.Arn!);
        var trust = TrustOf(role, asked, caller, principal);
        if (trust == Trust.None)
            return plain;
        if (caller.Service is not null || principal is { Kind: PrincipalKind.Root })
            return null;
        if (principal is null)
            return plain;

        var isNamed = trust == Trust.InItself && principal.AccountId == role.AccountId;
        var reason = isNamed
            ? principal.Policies.Denial(asked) ?? LimitOfNamed(principal, asked)
            : principal.Policies.Refusal(asked);
        return reason is null ? null : $"{plain} {reason}";
    }

    // "Policy evaluation for requests within a single account": what is given to a user itself goes beyond the user's
    // boundary, what is given to a role does not.
    private static string? LimitOfNamed(Principal principal, AccessRequest asked) =>
        principal.Kind == PrincipalKind.User ? null : principal.Policies.Limit(asked);

    private static Trust TrustOf(RoleRecord role, AccessRequest asked, CallContext caller, Principal? principal)
    {
        var best = Trust.None;
        var statements = PolicyParser.Parse(role.Role.AssumeRolePolicyDocument!);
        foreach (var statement in statements.Where(statement => statement.Concerns(asked.Action)))
        {
            var trust = TrustOf(role, statement, caller, principal);
            if (trust == Trust.None || !statement.ConditionsHold(asked.Keys))
                continue;
            if (!statement.Allows)
                return Trust.None;
            if (trust > best)
                best = trust;
        }

        return best;
    }

    private static Trust TrustOf(RoleRecord role, PolicyStatement statement, CallContext caller, Principal? principal)
    {
        if (statement.Principals is not { } principals)
            return Trust.None;
        var best = principals.Items.Select(named => TrustOf(role, named, caller, principal)).DefaultIfEmpty().Max();
        if (!principals.IsNegated)
            return best;
        return best == Trust.None ? Trust.InItself : Trust.None;
    }

    private static Trust TrustOf(RoleRecord role, PolicyPrincipal named, CallContext caller, Principal? principal) =>
        named.Kind switch
        {
            Everybody => Trust.InItself,
            "Service" => named.Name == caller.Service ? Trust.InItself : Trust.None,
            "AWS" when named.Name == Everybody => Trust.InItself,
            "AWS" when principal is not null => TrustOf(role, named.Name, principal),
            _ => Trust.None,
        };

    private static Trust TrustOf(RoleRecord role, string name, Principal principal)
    {
        if (name == principal.AccountId)
            return Trust.InAccount;
        var entityId = principal.UserId.Split(':')[0];
        if (role.TrustedIds?.GetValueOrDefault(name) is { } id)
            return id == entityId ? Trust.InItself : Trust.None;
        string[] own = [principal.EntityArn, principal.Arn, principal.UserId, entityId];
        if (principal.Kind != PrincipalKind.Root && own.Contains(name))
            return Trust.InItself;
        return
            Arn.TryParse(name, out var arn)
            && arn is { Service: "iam", Resource: "root" }
            && arn.AccountId == principal.AccountId
            ? Trust.InAccount
            : Trust.None;
    }

    /// <summary>Tags and a source identity are permissions of their own ("Pass session tags in AWS STS").</summary>
    private static IEnumerable<string> Actions(AssumeRoleRequest request)
    {
        yield return "sts:AssumeRole";
        if (request.Tags is { Count: > 0 } || request.TransitiveTagKeys is { Count: > 0 })
            yield return "sts:TagSession";
        if (request.SourceIdentity is not null)
            yield return "sts:SetSourceIdentity";
    }

    private RequestKeys Keys(RoleRecord role, AssumeRoleRequest request, CallContext caller, Principal? principal)
    {
        var tags = (request.Tags ?? []).Select(tag => KeyValuePair.Create(tag.Key!, tag.Value!)).ToList();
        return new RequestKeys(caller, time.GetUtcNow())
        {
            Principal = principal,
            RequestTags = tags,
            TagKeys = [.. tags.Select(tag => tag.Key)],
            ResourceTags = (role.Role.Tags ?? [])
                .DistinctBy(tag => tag.Key)
                .ToDictionary(tag => tag.Key!, tag => tag.Value!, StringComparer.Ordinal),
            OfService = key =>
                key.ToLowerInvariant() switch
                {
                    "sts:externalid" => One(request.ExternalId),
                    "sts:rolesessionname" => One(request.RoleSessionName),
                    "sts:sourceidentity" => One(request.SourceIdentity),
                    "sts:durationseconds" => One(request.DurationSeconds?.ToString(CultureInfo.InvariantCulture)),
                    "sts:transitivetagkeys" => request.TransitiveTagKeys is { Count: > 0 } transitive
                        ? transitive
                        : null,
                    _ => null,
                },
        };

        static IReadOnlyList<string>? One(string? value) => value is null ? null : [value];
    }

    private static string Sentence(CallContext caller, string action, string roleArn) =>
        $"User: {caller.PrincipalArn} is not authorized to perform: {action} on resource: {roleArn}";

    private static AwsException Refused(string message) => new("AccessDenied", message, 403);
}
