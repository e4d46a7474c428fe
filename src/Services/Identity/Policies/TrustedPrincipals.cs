using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Estiba.Contracts;
using Estiba.Identity.Policies.Grammar;
using Estiba.Identity.Roles;
using Estiba.Identity.Users;
using Estiba.State;

namespace Estiba.Identity.Policies;

/// <summary>
/// The users and roles that a trust policy names: those of the account itself must exist, and it means them by their
/// unique ids, so that whoever is made later under the same name is not trusted ("AWS JSON policy elements:
/// Principal").
/// </summary>
internal static class TrustedPrincipals
{
    private static readonly JsonSerializerOptions AsWritten = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The unique ids of the users and roles that a policy names, by their ARNs.</summary>
    /// <param name="view">Where they are.</param>
    /// <param name="accountId">The account that the policy is for; what other accounts have is theirs to know.</param>
    /// <param name="principals">The ARNs and account ids below <c>AWS</c>.</param>
    /// <exception cref="AwsException"><c>MalformedPolicyDocument</c>: one of the account itself does not
    /// exist.</exception>
    public static IReadOnlyDictionary<string, string> IdsOf(
        View view,
        string accountId,
        IReadOnlyList<string> principals
    )
    {
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var principal in principals)
        {
            if (
                !Arn.TryParse(principal, out var arn)
                || arn.Service != "iam"
                || arn.ResourceType is not ("user" or "role")
            )
                continue;
            if (IdOf(view, principal, arn) is { } id)
                ids[principal] = id;
            else if (arn.AccountId == accountId)
                throw TrustGrammar.InvalidPrincipal("AWS", principal);
        }

        return ids;
    }

    /// <summary>A role's trust policy as IAM shows it: with the unique id of whoever is gone, and under its new name
    /// whoever has one.</summary>
    public static string Shown(View view, RoleRecord role)
    {
        var document = role.Role.AssumeRolePolicyDocument!;
        var changed = (role.TrustedIds ?? new Dictionary<string, string>(StringComparer.Ordinal))
            .Select(named => (Arn: named.Key, Now: ArnOf(view, named.Value) ?? named.Value))
            .Where(named => named.Arn != named.Now)
            .ToDictionary(named => named.Arn, named => named.Now, StringComparer.Ordinal);
        if (changed.Count == 0)
            return document;

        var policy = JsonNode.Parse(document)!;
        foreach (var statement in Items(policy["Statement"]))
            if (statement?["Principal"] is JsonObject principal && principal["AWS"] is { } named)
                principal["AWS"] = named is JsonArray list
                    ? new JsonArray([.. list.Select(item => (JsonNode)NowOf(item!))])
                    : NowOf(named);
        return policy.ToJsonString(AsWritten);

        string NowOf(JsonNode item)
        {
            var name = item.GetValue<string>();
            return changed.GetValueOrDefault(name, name);
        }
    }

    private static IEnumerable<JsonNode?> Items(JsonNode? statements) =>
        statements is JsonArray list ? list : [statements];

    private static string? IdOf(View view, string principal, Arn arn)
    {
        var name = ManagedPolicy.NameOf(principal);
        if (arn.ResourceType == "user")
        {
            var user = view.Find(IdentityTables.Users, UserRecord.KeyOf(arn.AccountId, name))?.User;
            return user?.Arn == principal ? user.UserId : null;
        }

        var role = view.Find(IdentityTables.Roles, RoleRecord.KeyOf(arn.AccountId, name))?.Role;
        return role?.Arn == principal ? role.RoleId : null;
    }

    private static string? ArnOf(View view, string id) =>
        view.Where(IdentityTables.Users, IdentityTables.UsersById, id).FirstOrDefault()?.User.Arn
        ?? view.Where(IdentityTables.Roles, IdentityTables.RolesById, id).FirstOrDefault()?.Role.Arn;
}
