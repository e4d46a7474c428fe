using System.IO.Enumeration;
using System.Text.Json;
using Estiba.Contracts;

namespace Estiba.Identity.Policies;

/// <summary>Whether a role's trust policy lets a service assume the role ("IAM JSON policy elements reference"; "Policy evaluation logic").</summary>
internal static class TrustPolicy
{
    private const string AssumeRole = "sts:AssumeRole";
    private const string Everybody = "*";

    /// <summary>Whether a statement allows it and none denies it.</summary>
    /// <param name="document">The policy, of the form that <see cref="PolicyDocument.CheckTrust"/> demands.</param>
    /// <param name="context">The service's call.</param>
    public static bool Admits(string document, CallContext context)
    {
        using var json = JsonDocument.Parse(document);
        var effects = Elements(json.RootElement.GetProperty("Statement"))
            .Where(statement => Concerns(statement, context))
            .Select(statement => statement.GetProperty("Effect").GetString())
            .ToList();
        return effects.Contains("Allow") && !effects.Contains("Deny");
    }

    private static bool Concerns(JsonElement statement, CallContext context) =>
        Applies(statement, "Action", actions => Texts(actions).Any(action => Matches(action, AssumeRole)))
        && Applies(statement, "Principal", principal => Names(principal, context.Service!))
        && (!statement.TryGetProperty("Condition", out var condition) || PolicyCondition.Holds(condition, context));

    /// <summary>An element, or its opposite: <c>Action</c> or <c>NotAction</c>.</summary>
    private static bool Applies(JsonElement statement, string element, Func<JsonElement, bool> test) =>
        statement.TryGetProperty(element, out var value) ? test(value) : !test(statement.GetProperty("Not" + element));

    private static bool Names(JsonElement principal, string service)
    {
        if (principal.ValueKind != JsonValueKind.Object) return Texts(principal).Contains(Everybody);
        return principal.TryGetProperty("Service", out var services) && Texts(services).Contains(service)
            || principal.TryGetProperty("AWS", out var accounts) && Texts(accounts).Contains(Everybody);
    }

    private static bool Matches(string pattern, string action) => FileSystemName.MatchesSimpleExpression(pattern, action, ignoreCase: true);

    internal static IEnumerable<string> Texts(JsonElement value) => Elements(value).Select(element => element.ToString());

    private static IEnumerable<JsonElement> Elements(JsonElement value) => value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [value];
}
