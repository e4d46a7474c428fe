using Estiba.Contracts;
using Estiba.Identity.Policies.Grammar;
using Estiba.Identity.Roles;
using Estiba.Identity.Users;
using Estiba.State;

namespace Estiba.Identity.Policies;

/// <summary>
/// The users and roles that a trust policy names: those of the account itself must exist ("AWS JSON policy elements:
/// Principal").
/// </summary>
internal static class TrustedPrincipals
{
    /// <summary>Checks that the principals of an account that a policy names exist.</summary>
    /// <param name="view">Where they are.</param>
    /// <param name="accountId">The account that the policy is for; what other accounts have is theirs to know.</param>
    /// <param name="principals">The ARNs and account ids below <c>AWS</c>.</param>
    /// <exception cref="AwsException"><c>MalformedPolicyDocument</c>: one of them does not.</exception>
    public static void CheckExist(View view, string accountId, IReadOnlyList<string> principals)
    {
        foreach (var principal in principals)
            if (
                Arn.TryParse(principal, out var arn)
                && arn.AccountId == accountId
                && arn.Service == "iam"
                && !Exists(view, principal, arn)
            )
                throw TrustGrammar.InvalidPrincipal("AWS", principal);
    }

    private static bool Exists(View view, string principal, Arn arn)
    {
        var name = ManagedPolicy.NameOf(principal);
        return arn.ResourceType switch
        {
            "user" => view.Find(IdentityTables.Users, UserRecord.KeyOf(arn.AccountId, name))?.User.Arn == principal,
            "role" => view.Find(IdentityTables.Roles, RoleRecord.KeyOf(arn.AccountId, name))?.Role.Arn == principal,
            _ => true,
        };
    }
}
