using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Estiba.Contracts;

namespace Estiba.Messaging.Permissions;

/// <summary>Adds to the policy of a queue or topic what its owner lets other accounts do, and takes it away.</summary>
internal static class PolicyStatements
{
    private const string Label = "Sid";
    private const string Statement = "Statement";

    private static readonly JsonSerializerOptions Plain = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Whether a policy has a statement of a label.</summary>
    internal static bool Has(string? policy, string label) =>
        policy is not null && Of(Read(policy)).Any(statement => IsOf(statement, label));

    /// <summary>A policy with one more statement.</summary>
    /// <param name="policy">The policy as it is; null for none.</param>
    /// <param name="id">What a new policy is called.</param>
    /// <param name="label">What the statement is called.</param>
    /// <param name="accounts">The accounts that may.</param>
    /// <param name="actions">What they may, with the service's name.</param>
    /// <param name="resource">The ARN of the queue or topic.</param>
    internal static string Add(
        string? policy,
        string id,
        string label,
        IEnumerable<string> accounts,
        IEnumerable<string> actions,
        string resource
    )
    {
        var document = policy is null
            ? new JsonObject
            {
                ["Version"] = "2012-10-17",
                ["Id"] = id,
                [Statement] = new JsonArray(),
            }
            : Read(policy);
        var statements = Of(document).Select(statement => statement.DeepClone()).ToList();
        statements.Add(
            new JsonObject
            {
                [Label] = label,
                ["Effect"] = "Allow",
                ["Principal"] = new JsonObject
                {
                    ["AWS"] = OneOrMany(accounts.Select(account => $"{Arn.RootOf(account)}")),
                },
                ["Action"] = OneOrMany(actions),
                ["Resource"] = resource,
            }
        );
        document[Statement] = new JsonArray([.. statements]);
        return document.ToJsonString(Plain);
    }

    /// <summary>A policy without the statements of a label; null when none is left.</summary>
    internal static string? Remove(string policy, string label)
    {
        var document = Read(policy);
        var left = Of(document)
            .Where(statement => !IsOf(statement, label))
            .Select(statement => statement.DeepClone())
            .ToArray();
        if (left.Length == 0)
            return null;
        document[Statement] = new JsonArray(left);
        return document.ToJsonString(Plain);
    }

    private static JsonObject Read(string policy) => JsonNode.Parse(policy) as JsonObject ?? [];

    private static IEnumerable<JsonNode> Of(JsonObject policy) =>
        policy[Statement] switch
        {
            JsonArray many => many.OfType<JsonNode>(),
            JsonObject one => [one],
            _ => [],
        };

    private static bool IsOf(JsonNode statement, string label) =>
        statement is JsonObject map && map[Label] is JsonValue sid && sid.ToString() == label;

    private static JsonNode OneOrMany(IEnumerable<string> texts) =>
        texts.ToArray() is var all && all.Length == 1
            ? JsonValue.Create(all[0])
            : new JsonArray([.. all.Select(text => JsonValue.Create(text))]);
}
