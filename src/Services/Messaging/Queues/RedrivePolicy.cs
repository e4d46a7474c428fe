using System.Text.Json;
using Estiba.Contracts;

namespace Estiba.Messaging.Queues;

/// <summary>After how many receives a message goes to which dead-letter queue.</summary>
/// <param name="TargetArn">The dead-letter queue.</param>
/// <param name="MaxReceiveCount">How often a message is received before.</param>
internal sealed record RedrivePolicy(string TargetArn, int MaxReceiveCount)
{
    private const int MostReceives = 1000;

    /// <summary>Reads an attribute's value, which may have numbers as texts.</summary>
    /// <exception cref="AwsException">It is no redrive policy.</exception>
    internal static RedrivePolicy Parse(string text)
    {
        using var document = PolicyText.ReadMap(text, QueueAttribute.RedrivePolicy, "Redrive policy");
        var root = document.RootElement;
        var count = PolicyText.Find(root, "maxReceiveCount") ?? throw Missing("maxReceiveCount");
        var target = PolicyText.Find(root, "deadLetterTargetArn") ?? throw Missing("deadLetterTargetArn");
        if (PolicyText.Number(count) is not (>= 1 and <= MostReceives and var receives))
        {
            throw Invalid(
                $"Invalid value for maxReceiveCount: {count}, valid values are from 1 to {MostReceives} both inclusive."
            );
        }

        if (target.ValueKind != JsonValueKind.String || !Arn.IsArn(target.GetString()!))
            throw Invalid("Invalid value for deadLetterTargetArn.");
        return new RedrivePolicy(target.GetString()!, receives);

        AwsException Missing(string name) => Invalid($"Redrive policy does not contain mandatory attribute: {name}.");
        AwsException Invalid(string reason) =>
            SqsFaults.InvalidParameterValue(text, QueueAttribute.RedrivePolicy, reason);
    }
}

/// <summary>Which queues may name a queue as their dead-letter queue.</summary>
/// <param name="Permission"><c>allowAll</c>, <c>denyAll</c> or <c>byQueue</c>.</param>
/// <param name="SourceArns">The queues that may, where some may.</param>
internal sealed record RedriveAllowPolicy(string Permission, IReadOnlyList<string> SourceArns)
{
    private const string ByQueue = "byQueue";
    private const int MostSources = 10;

    /// <summary>Reads an attribute's value.</summary>
    /// <exception cref="AwsException">It is no such policy.</exception>
    internal static RedriveAllowPolicy Parse(string text)
    {
        using var document = PolicyText.ReadMap(text, QueueAttribute.RedriveAllowPolicy, "Redrive allow policy");
        var permission = PolicyText.Find(document.RootElement, "redrivePermission")?.ToString();
        if (permission is not ("allowAll" or "denyAll" or ByQueue))
            throw Invalid("redrivePermission must be one of: allowAll, denyAll, byQueue.");
        var sources = PolicyText.Find(document.RootElement, "sourceQueueArns")
            is { ValueKind: JsonValueKind.Array } list
            ? list.EnumerateArray().Select(arn => arn.ToString()).ToList()
            : [];
        if ((permission == ByQueue) != sources.Count is > 0 and <= MostSources)
        {
            throw Invalid(
                $"sourceQueueArns must name 1 to {MostSources} queues when redrivePermission is {ByQueue}, and none "
                    + "otherwise."
            );
        }

        return new RedriveAllowPolicy(permission, sources);

        AwsException Invalid(string reason) =>
            SqsFaults.InvalidParameterValue(text, QueueAttribute.RedriveAllowPolicy, reason);
    }

    /// <summary>Whether a queue may.</summary>
    internal bool Allows(string sourceArn) =>
        Permission == "allowAll" || (Permission == ByQueue && SourceArns.Contains(sourceArn, StringComparer.Ordinal));
}

/// <summary>The policies of a queue that are JSON.</summary>
internal static class PolicyText
{
    /// <exception cref="AwsException">It is no JSON, or no map.</exception>
    internal static JsonDocument ReadMap(string text, string attribute, string called)
    {
        JsonDocument? document = null;
        try
        {
            document = JsonDocument.Parse(text);
        }
        catch (JsonException)
        {
            // Refused below, as what is JSON and no map.
        }

        if (document is { RootElement.ValueKind: JsonValueKind.Object })
            return document;
        document?.Dispose();
        throw SqsFaults.InvalidParameterValue(text, attribute, $"{called} is not a valid JSON map.");
    }

    internal static JsonElement? Find(JsonElement map, string name) =>
        map.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    internal static int? Number(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Number when value.TryGetInt32(out var number) => number,
            JsonValueKind.String when int.TryParse(value.GetString(), out var number) => number,
            _ => null,
        };
}
