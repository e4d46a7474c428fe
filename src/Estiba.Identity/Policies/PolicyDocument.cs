using System.Text.Json;
using Estiba.Contracts;
using Estiba.Contracts.Iam;

namespace Estiba.Identity.Policies;

/// <summary>Checks that a policy has the form that IAM demands ("IAM JSON policy elements reference"). Policies are kept, not enforced.</summary>
internal static class PolicyDocument
{
    private const string Everything = "*";

    private static readonly string[] Versions = ["2012-10-17", "2008-10-17"];

    /// <summary>As answers carry documents: percent-encoded ("URL-encoded compliant with RFC 3986").</summary>
    public static string Encode(string document) => Uri.EscapeDataString(document);

    /// <summary>Checks a policy that says what its bearer may do.</summary>
    /// <exception cref="AwsException"><c>MalformedPolicyDocument</c>.</exception>
    public static void CheckPermissions(string document) => Check(document, static statement =>
    {
        if (statement.TryGetProperty("Principal", out _) || statement.TryGetProperty("NotPrincipal", out _))
            throw Malformed("Policy document should not specify a principal.");
        if (!statement.TryGetProperty("Resource", out _) && !statement.TryGetProperty("NotResource", out _))
            throw Malformed("Policy statement must contain resources.");
    });

    /// <summary>Checks a policy that says who may assume a role.</summary>
    /// <exception cref="AwsException"><c>MalformedPolicyDocument</c>.</exception>
    public static void CheckTrust(string document) => Check(document, static statement =>
    {
        if (!statement.TryGetProperty("Principal", out _) && !statement.TryGetProperty("NotPrincipal", out _))
            throw Malformed("Missing required field Principal");
        CheckPrincipal(statement, "Principal");
        CheckPrincipal(statement, "NotPrincipal");
        if (statement.TryGetProperty("Resource", out _) || statement.TryGetProperty("NotResource", out _))
            throw Malformed("Has prohibited field Resource");
    });

    private static void Check(string document, Action<JsonElement> check)
    {
        using var json = Parse(document);
        var root = json.RootElement;
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("Statement", out var statements))
            throw Malformed("Syntax errors in policy.");
        if (root.TryGetProperty("Version", out var version) && (version.ValueKind != JsonValueKind.String || !Versions.Contains(version.GetString())))
            throw Malformed("The policy must contain a valid version string");

        foreach (var statement in Statements(statements))
        {
            CheckStatement(statement);
            check(statement);
        }
    }

    private static IEnumerable<JsonElement> Statements(JsonElement statements) => statements.ValueKind switch
    {
        JsonValueKind.Object => [statements],
        JsonValueKind.Array when statements.GetArrayLength() > 0 => statements.EnumerateArray(),
        _ => throw Malformed("Syntax errors in policy."),
    };

    private static void CheckStatement(JsonElement statement)
    {
        if (statement.ValueKind != JsonValueKind.Object)
            throw Malformed("Syntax errors in policy.");
        if (!statement.TryGetProperty("Effect", out var effect))
            throw Malformed("Missing required field Effect");
        if (effect.ValueKind != JsonValueKind.String || effect.GetString() is not ("Allow" or "Deny"))
            throw Malformed($"Invalid effect: {effect}");
        if (!statement.TryGetProperty("Action", out _) && !statement.TryGetProperty("NotAction", out _))
            throw Malformed("Missing required field Action");

        foreach (var action in Texts(statement, "Action").Concat(Texts(statement, "NotAction")))
            if (action != Everything && !action.Contains(':', StringComparison.Ordinal)) throw Malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
        foreach (var resource in Texts(statement, "Resource").Concat(Texts(statement, "NotResource")))
            if (resource != Everything && !Arn.IsArn(resource)) throw Malformed($"Resource {resource} must be in ARN format or \"*\".");
        if (statement.TryGetProperty("Condition", out var condition) && condition.ValueKind != JsonValueKind.Object)
            throw Malformed("Syntax errors in policy.");
    }

    // An element is one text or a list of some.
    private static List<string> Texts(JsonElement statement, string element)
    {
        if (!statement.TryGetProperty(element, out var value)) return [];
        List<JsonElement> items = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [value];
        return items.Count > 0 && items.TrueForAll(item => item.ValueKind == JsonValueKind.String)
            ? items.ConvertAll(item => item.GetString()!)
            : throw Malformed("Syntax errors in policy.");
    }

    private static void CheckPrincipal(JsonElement statement, string element)
    {
        if (!statement.TryGetProperty(element, out var principal) || principal.ValueKind == JsonValueKind.String && principal.ValueEquals(Everything))
            return;
        if (principal.ValueKind != JsonValueKind.Object || !principal.EnumerateObject().Any())
            throw Malformed("Invalid principal in policy");
        foreach (var kind in principal.EnumerateObject())
            if (kind.Name is not ("AWS" or "Service" or "Federated" or "CanonicalUser") || Texts(principal, kind.Name).Contains(""))
                throw Malformed("Invalid principal in policy");
    }

    private static JsonDocument Parse(string document)
    {
        try
        {
            return EmbeddedJson.Parse(document);
        }
        catch (JsonException)
        {
            throw Malformed("This policy contains invalid Json");
        }
    }

    private static AwsException Malformed(string message) => IamErrors.MalformedPolicyDocumentException(message);
}
