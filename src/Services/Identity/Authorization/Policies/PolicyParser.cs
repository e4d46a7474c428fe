using System.Runtime.CompilerServices;
using System.Text.Json;
using Estiba.Contracts;
using Estiba.Identity.Authorization.Conditions;

namespace Estiba.Identity.Authorization.Policies;

/// <summary>Reads policy documents. Each is read once, for as long as its text is kept somewhere.</summary>
/// <remarks>
/// What IAM took was checked then (<c>PolicyDocument</c>). A document of an older data directory may be one that IAM
/// takes no longer: what cannot be understood of it
/// allows nothing.
/// </remarks>
internal static class PolicyParser
{
    private const string VersionWithVariables = "2012-10-17";
    private const string Everybody = "*";

    private static readonly ConditionalWeakTable<string, PolicyStatement[]> ReadDocuments = new();

    /// <summary>The statements of a document.</summary>
    public static IReadOnlyList<PolicyStatement> Parse(string document) => ReadDocuments.GetValue(document, Read);

    private static PolicyStatement[] Read(string document)
    {
        try
        {
            using var json = EmbeddedJson.Parse(document);
            var root = json.RootElement;
            var hasVariables =
                root.TryGetProperty("Version", out var version)
                && version.ValueKind == JsonValueKind.String
                && version.ValueEquals(VersionWithVariables);
            var statements = Items(root.GetProperty("Statement"));
            return [.. statements.Select(statement => Statement(statement, hasVariables)).OfType<PolicyStatement>()];
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return [];
        }
    }

    private static PolicyStatement? Statement(JsonElement statement, bool hasVariables)
    {
        var effect = statement.GetProperty("Effect").ToString();
        var actions = Of(statement, "Action", text => PolicyText.Parse(text, hasVariables: false, ignoreCase: true));
        if (effect is not ("Allow" or "Deny") || actions is null)
            return null;
        return new PolicyStatement
        {
            Allows = effect == "Allow",
            Actions = actions,
            Resources = Of(statement, "Resource", text => PolicyText.Parse(text, hasVariables, WildcardScope.Part)),
            Principals = Principals(statement),
            Conditions = statement.TryGetProperty("Condition", out var conditions)
                ? [.. Conditions(conditions, hasVariables)]
                : [],
        };
    }

    /// <summary>An element or its opposite; null when the statement has neither.</summary>
    private static Element<T>? Of<T>(JsonElement statement, string name, Func<string, T> read)
    {
        if (statement.TryGetProperty(name, out var element))
            return new Element<T>([.. Texts(element).Select(read)], IsNegated: false);
        return statement.TryGetProperty("Not" + name, out element)
            ? new Element<T>([.. Texts(element).Select(read)], IsNegated: true)
            : null;
    }

    private static Element<PolicyPrincipal>? Principals(JsonElement statement)
    {
        if (statement.TryGetProperty("Principal", out var principal))
            return new Element<PolicyPrincipal>([.. Named(principal)], IsNegated: false);
        return statement.TryGetProperty("NotPrincipal", out principal)
            ? new Element<PolicyPrincipal>([.. Named(principal)], IsNegated: true)
            : null;
    }

    private static IEnumerable<PolicyPrincipal> Named(JsonElement principal) =>
        principal.ValueKind == JsonValueKind.Object
            ? from kind in principal.EnumerateObject()
            from name in Texts(kind.Value)
            select new PolicyPrincipal(kind.Name, name)
            : Texts(principal).Where(name => name == Everybody).Select(name => new PolicyPrincipal(Everybody, name));

    private static IEnumerable<Condition> Conditions(JsonElement conditions, bool hasVariables) =>
        from byOperator in conditions.EnumerateObject()
        from key in byOperator.Value.EnumerateObject()
        select new Condition(byOperator.Name, key.Name, Texts(key.Value), hasVariables);

    private static IEnumerable<string> Texts(JsonElement value) => Items(value).Select(item => item.ToString());

    private static IEnumerable<JsonElement> Items(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [value];
}
