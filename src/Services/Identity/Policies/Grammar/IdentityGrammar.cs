using System.Text.Json;

namespace Estiba.Identity.Policies.Grammar;

/// <summary>What is wrong with a policy that says what its bearer may do, in the order in which IAM looks.</summary>
/// <remarks>
/// First the syntax of all, then the version, then what its older parser could not read, which goes before what is
/// merely missing or misnamed.
/// </remarks>
internal static class IdentityGrammar
{
    public const string SyntaxError = "Syntax errors in policy.";

    private const string LegacyError = "The policy failed legacy parsing";
    private const string Version = "2012-10-17";
    private const string FormerVersion = "2008-10-17";

    /// <summary>What is wrong first; null for nothing.</summary>
    public static string? Check(JsonElement policy)
    {
        if (!HasSyntax(policy))
            return SyntaxError;

        var statements = PolicyJson.Items(policy.GetProperty("Statement")).ToList();
        if (statements.Exists(statement => PolicyJson.Has(statement, "Principal", "NotPrincipal")))
            return "Policy document should not specify a principal.";
        if (!policy.TryGetProperty("Version", out var version) || !version.ValueEquals(Version))
            return $"Policy document must be version {Version} or greater.";
        if (!statements.TrueForAll(StatementSyntax.IsLegacy))
            return LegacyError;

        // The older parser reads the resources up to the first that is wrong in another way.
        string? fault = null;
        foreach (var resource in statements.SelectMany(ResourcesOf).TakeWhile(_ => fault is null))
        {
            if (!ResourceFormat.IsLegacy(resource))
                return LegacyError;
            fault = ResourceFormat.Check(resource);
        }

        return CheckIds(statements)
            ?? (
                statements.TrueForAll(statement => ActionsOf(statement).Any())
                    ? null
                    : "Policy statement must contain actions."
            )
            ?? fault
            ?? statements.SelectMany(ActionsOf).Select(ActionFormat.Check).FirstOrDefault(found => found is not null)
            ?? (
                statements.TrueForAll(statement => ResourcesOf(statement).Any())
                    ? null
                    : "Policy statement must contain resources."
            );
    }

    private static bool HasSyntax(JsonElement policy) =>
        policy.ValueKind == JsonValueKind.Object
        && policy.EnumerateObject().All(member => member.Name is "Version" or "Id" or "Statement")
        && (!policy.TryGetProperty("Version", out var version) || IsVersion(version))
        && (!policy.TryGetProperty("Id", out var id) || id.ValueKind == JsonValueKind.String)
        && policy.TryGetProperty("Statement", out var statements)
        && PolicyJson.Items(statements).Any()
        && PolicyJson.Items(statements).All(StatementSyntax.IsStatement);

    private static bool IsVersion(JsonElement version) =>
        version.ValueKind == JsonValueKind.String
        && (version.ValueEquals(Version) || version.ValueEquals(FormerVersion));

    private static string? CheckIds(List<JsonElement> statements)
    {
        var ids = statements
            .SelectMany(statement => PolicyJson.Texts(statement, "Sid"))
            .Where(id => id.Length > 0)
            .ToList();
        if (ids.Exists(id => !id.All(char.IsAsciiLetterOrDigit)))
            return "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular "
                + "expression [0-9A-Za-z]*";
        return ids.Distinct(StringComparer.Ordinal).Count() < ids.Count
            ? "Statement IDs (SID) in a single policy must be unique."
            : null;
    }

    private static IEnumerable<string> ResourcesOf(JsonElement statement) =>
        PolicyJson.Texts(statement, "Resource").Concat(PolicyJson.Texts(statement, "NotResource"));

    private static IEnumerable<string> ActionsOf(JsonElement statement) =>
        PolicyJson.Texts(statement, "Action").Concat(PolicyJson.Texts(statement, "NotAction"));
}
