using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Estiba.Ecr.Lifecycle;

/// <summary>A lifecycle policy as it is written ("Lifecycle policy properties", Amazon ECR user guide).</summary>
internal sealed record LifecyclePolicy
{
    // What was not said is left out, and no letter is escaped that need not be.
    private static readonly LifecycleJson Compact = new(
        new JsonSerializerOptions(LifecycleJson.Default.Options)
        {
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        }
    );

    public IReadOnlyList<LifecycleRule>? Rules { get; init; }

    /// <summary>The policy as ECR tells it: without white space, the rules in the order of their priorities.</summary>
    public string ToText() => JsonSerializer.Serialize(this, Compact.LifecyclePolicy);

    /// <summary>Reads and checks a policy.</summary>
    /// <param name="text">JSON.</param>
    /// <param name="policy">The policy, its rules in the order of their priorities.</param>
    /// <param name="fault">What is wrong with it.</param>
    public static bool TryParse(
        string text,
        [NotNullWhen(true)] out LifecyclePolicy? policy,
        [NotNullWhen(false)] out string? fault
    )
    {
        try
        {
            policy = JsonSerializer.Deserialize(text, LifecycleJson.Default.LifecyclePolicy);
            fault = policy is null ? "The policy is empty." : LifecycleValidation.FaultOf(policy);
            if (fault is null)
                policy = new LifecyclePolicy { Rules = [.. policy!.Rules!.OrderBy(rule => rule.RulePriority)] };
            return fault is null;
        }
        catch (JsonException exception)
        {
            policy = null;
            fault = exception.Path is { Length: > 1 } path
                ? $"The value at {path} is not of the right type."
                : "The policy is not JSON.";
            return false;
        }
    }
}

/// <summary>Which images go, and when.</summary>
internal sealed record LifecycleRule
{
    public int? RulePriority { get; init; }

    public string? Description { get; init; }

    public LifecycleSelection? Selection { get; init; }

    public LifecycleAction? Action { get; init; }
}

internal sealed record LifecycleSelection
{
    public string? TagStatus { get; init; }

    /// <summary>The beginnings of tags, all of which an image must have.</summary>
    public IReadOnlyList<string>? TagPrefixList { get; init; }

    /// <summary>Patterns with <c>*</c> for tags, all of which an image must have.</summary>
    public IReadOnlyList<string>? TagPatternList { get; init; }

    /// <summary><c>standard</c>, which is also what none means, or <c>archive</c>.</summary>
    public string? StorageClass { get; init; }

    public string? CountType { get; init; }

    public string? CountUnit { get; init; }

    public int? CountNumber { get; init; }
}

internal sealed record LifecycleAction
{
    /// <summary><c>expire</c> or <c>transition</c>.</summary>
    public string? Type { get; init; }

    /// <summary>Where an image goes; for <c>transition</c> only.</summary>
    public string? TargetStorageClass { get; init; }
}

/// <summary>How a policy is read.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow
)]
[JsonSerializable(typeof(LifecyclePolicy))]
internal sealed partial class LifecycleJson : JsonSerializerContext;
