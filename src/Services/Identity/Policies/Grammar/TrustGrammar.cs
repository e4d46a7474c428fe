using System.Text.Json;
using System.Text.RegularExpressions;
using Estiba.Contracts;

namespace Estiba.Identity.Policies.Grammar;

/// <summary>What is wrong with a policy that says who may assume a role. IAM has words of its own for these.</summary>
internal static partial class TrustGrammar
{
    private const string Everybody = "*";
    private const string SyntaxError = "Syntax error in policy.";
    private const string Cognito = "cognito-identity.amazonaws.com";
    private const string NotFederated = "Federated principals must be valid domain names or SAML metadata ARNs";
    private const string AssumeRole = "sts:AssumeRole";

    private static readonly HashSet<string> Actions = new(StringComparer.OrdinalIgnoreCase)
    {
        AssumeRole,
        "sts:AssumeRoleWithSAML",
        "sts:AssumeRoleWithWebIdentity",
        "sts:DecodeAuthorizationMessage",
        "sts:GetAccessKeyInfo",
        "sts:GetCallerIdentity",
        "sts:GetFederationToken",
        "sts:GetServiceBearerToken",
        "sts:GetSessionToken",
        "sts:SetContext",
        "sts:SetSourceIdentity",
        "sts:TagSession",
    };

    /// <summary>What is wrong first; null for nothing.</summary>
    public static string? Check(JsonElement policy)
    {
        if (policy.ValueKind != JsonValueKind.Object)
            return SyntaxError;
        if (Unknown(policy, name => name is "Version" or "Id" or "Statement") is { } unknown)
            return unknown;
        if (
            policy.TryGetProperty("Version", out var version)
            && (version.ValueKind != JsonValueKind.String || version.GetString() is not ("2012-10-17" or "2008-10-17"))
        )
            return "The policy must contain a valid version string";
        if (
            !policy.TryGetProperty("Statement", out var value)
            || value.ValueKind == JsonValueKind.Null
            || !PolicyJson.Items(value).Any()
        )
            return "Could not parse the policy: Statement is empty!";

        var statements = PolicyJson.Items(value).ToList();
        if (statements.Select(CheckStatement).FirstOrDefault(found => found is not null) is { } fault)
            return fault;
        var ids = statements
            .SelectMany(statement => PolicyJson.Texts(statement, "Sid"))
            .Where(id => id.Length > 0)
            .ToList();
        return ids.Distinct(StringComparer.Ordinal).Count() < ids.Count
            ? "The Statement Ids in the policy are not unique"
            : null;
    }

    /// <summary>The principals below <c>AWS</c> of a policy with which nothing is wrong.</summary>
    public static IReadOnlyList<string> PrincipalsOf(JsonElement policy) =>
        [
            .. PolicyJson
                .Items(policy.GetProperty("Statement"))
                .SelectMany(statement => PolicyJson.Texts(statement.GetProperty("Principal"), "AWS")),
        ];

    /// <summary>What a principal that is none is answered with.</summary>
    public static AwsException InvalidPrincipal(string kind, string name) =>
        PolicyDocument.Malformed(Invalid(kind, name));

    private static string? CheckStatement(JsonElement statement)
    {
        if (statement.ValueKind != JsonValueKind.Object)
            return SyntaxError;
        if (Unknown(statement, StatementSyntax.Elements.Contains) is { } unknown)
            return unknown;
        if (statement.TryGetProperty("Sid", out var id) && id.ValueKind != JsonValueKind.String)
            return SyntaxError;
        if (!statement.TryGetProperty("Effect", out var effect))
            return "Missing required field Effect";
        if (effect.ValueKind != JsonValueKind.String || effect.GetString() is not ("Allow" or "Deny"))
            return $"Invalid effect: {effect}";
        if (statement.TryGetProperty("NotPrincipal", out _))
        {
            return effect.ValueEquals("Allow")
                ? "Allow with NotPrincipal is not allowed."
                : "AssumeRole policy must not contain NotPrincipal field.";
        }

        return CheckPrincipal(statement) ?? CheckActions(statement) ?? CheckRest(statement);
    }

    private static string? CheckPrincipal(JsonElement statement)
    {
        if (!statement.TryGetProperty("Principal", out var principal))
            return "Missing required field Principal";
        if (principal.ValueKind == JsonValueKind.Array)
            return SyntaxError;
        if (principal.ValueKind == JsonValueKind.String && principal.ValueEquals(Everybody))
            return "AssumeRolepolicy contained an invalid principal: \"STAR\":\"*\".";
        if (principal.ValueKind != JsonValueKind.Object)
            return "Principal must be a JSON object.";
        if (!principal.EnumerateObject().Any())
            return "Missing required field Principal cannot be empty!";

        foreach (var kind in principal.EnumerateObject())
        {
            if (kind.Name is not ("AWS" or "Service" or "Federated"))
                return $"Invalid principal in policy: \"{kind.Name}\"";
            if (!PolicyJson.IsTexts(kind.Value) || !PolicyJson.Items(kind.Value).Any())
                return SyntaxError;
            if (
                PolicyJson.Texts(principal, kind.Name).FirstOrDefault(name => !IsPrincipal(kind.Name, name)) is
                { } wrong
            )
                return kind.Name == "Federated" ? NotFederated : Invalid(kind.Name, wrong);
        }

        return
            PolicyJson.Texts(principal, "Federated").Contains(Cognito) && !statement.TryGetProperty("Condition", out _)
            ? "A condition block must be present for the Cognito provider"
            : null;
    }

    private static string? CheckActions(JsonElement statement)
    {
        var (has, hasOpposite) = (
            statement.TryGetProperty("Action", out var action),
            statement.TryGetProperty("NotAction", out var other)
        );
        if (has && hasOpposite || (has && !PolicyJson.IsTexts(action)) || (hasOpposite && !PolicyJson.IsTexts(other)))
            return SyntaxError;
        var actions = PolicyJson.Texts(statement, "Action").Concat(PolicyJson.Texts(statement, "NotAction")).ToList();
        if (actions.Count == 0)
            return "Missing required field Action";
        return actions.TrueForAll(IsAction) ? null : "AssumeRole policy may only specify STS AssumeRole actions.";
    }

    private static string? CheckRest(JsonElement statement)
    {
        if (statement.TryGetProperty("Resource", out _))
            return "Has prohibited field Resource";
        if (statement.TryGetProperty("NotResource", out _))
            return "AssumeRole policy must not contain resources.";
        return
            statement.TryGetProperty("Condition", out var condition)
            && !(ConditionSyntax.IsCondition(condition) && ConditionSyntax.HasDates(condition))
            ? SyntaxError
            : null;
    }

    private static string? Unknown(JsonElement value, Func<string, bool> isKnown) =>
        value.EnumerateObject().Select(member => member.Name).FirstOrDefault(name => !isKnown(name)) is { } unknown
            ? $"Unknown field {unknown}"
            : null;

    // A star is good where it can stand for nothing but ways of assuming a role.
    private static bool IsAction(string action) =>
        Actions.Contains(action)
        || (
            action.Contains('*', StringComparison.Ordinal)
            && action.StartsWith(AssumeRole, StringComparison.OrdinalIgnoreCase)
        );

    private static bool IsPrincipal(string kind, string name) =>
        kind switch
        {
            "AWS" => name == Everybody || AccountOrId().IsMatch(name) || IsArn(name),
            "Service" => Service().IsMatch(name) && ServicePrincipals.MayExist(name),
            _ => Domain().IsMatch(name) || IsProvider(name),
        };

    private static bool IsProvider(string name) =>
        Arn.TryParse(name, out var arn)
        && (arn.Service, arn.Region, arn.ResourceType) is ("iam", "", "saml-provider" or "oidc-provider")
        && Account().IsMatch(arn.AccountId)
        && arn.ResourceName.Length > 0
        && !name.AsSpan().ContainsAny('*', '?');

    private static bool IsArn(string name) =>
        Arn.TryParse(name, out var arn)
        && Account().IsMatch(arn.AccountId)
        && arn.Region.Length == 0
        && !name.AsSpan().ContainsAny('*', '?')
        && (arn.Service, arn.ResourceType) switch
        {
            ("iam", "root") => arn.Resource == "root",
            ("iam", "user" or "role") or ("sts", "assumed-role" or "federated-user") => arn.ResourceName.Length > 0,
            _ => false,
        };

    private static string Invalid(string kind, string name) =>
        $"Invalid principal in policy: \"{kind.ToUpperInvariant()}\":\"{name}\"";

    [GeneratedRegex(@"\A[0-9]{12}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Account();

    [GeneratedRegex(@"\A[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+\z", RegexOptions.NonBacktracking)]
    private static partial Regex Domain();

    // The unique id stands for a principal that was deleted after the policy was made.
    [GeneratedRegex(@"\A(?:[0-9]{12}|A(?:IDA|ROA)[A-Z0-9]{12,})\z", RegexOptions.NonBacktracking)]
    private static partial Regex AccountOrId();

    [GeneratedRegex(
        @"\A[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.(?:amazonaws\.com(?:\.cn)?|amazon\.com|aws\.internal|api\.aws)\z",
        RegexOptions.NonBacktracking
    )]
    private static partial Regex Service();
}
