using System.Text.Json;
using Estiba.Contracts;
using Estiba.Contracts.Sns;

namespace Estiba.Messaging.Filters;

/// <summary>
/// Which messages a subscription wants ("Amazon SNS subscription filter policies", developer guide). Pure.
/// </summary>
internal sealed class FilterPolicy
{
    private const string Or = "$or";
    private const int MostKeys = 5;
    private const int MostCombinations = 150;

    private readonly IReadOnlyDictionary<string, Rule> _rules;
    private readonly IReadOnlyList<IReadOnlyList<FilterPolicy>> _alternatives;

    /// <summary>All rules must be kept, and of each list of alternatives one.</summary>
    private FilterPolicy(
        IReadOnlyDictionary<string, Rule> rules,
        IReadOnlyList<IReadOnlyList<FilterPolicy>> alternatives
    ) => (_rules, _alternatives) = (rules, alternatives);

    /// <summary>Reads a policy.</summary>
    /// <param name="text">JSON.</param>
    /// <param name="ofBody">Whether it is about the body, and so may be nested.</param>
    /// <exception cref="AwsException">It is no policy.</exception>
    internal static FilterPolicy Parse(string text, bool ofBody)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw Invalid("Filter policy must be a JSON object");
            var size = new Size();
            var policy = Read(document.RootElement, ofBody, size);
            if (size.Keys > MostKeys)
                throw Invalid("Filter policy can not have more than 5 keys");
            return size.Combinations <= MostCombinations ? policy : throw Invalid("Filter policy is too complex");
        }
        catch (JsonException)
        {
            throw Invalid("failed to parse JSON.");
        }
    }

    /// <summary>Whether a message with such properties is wanted.</summary>
    internal bool Matches(FilterProperties properties) =>
        _rules.All(rule => rule.Value.Matches(properties, rule.Key))
        && _alternatives.All(choices => choices.Any(choice => choice.Matches(properties)));

    internal static AwsException Invalid(string reason) =>
        SnsErrors.InvalidParameterException($"Invalid parameter: FilterPolicy: {reason}");

    private static FilterPolicy Read(JsonElement map, bool ofBody, Size size)
    {
        var alternatives = new List<IReadOnlyList<FilterPolicy>>();
        var own = new Dictionary<string, Rule>(StringComparer.Ordinal);
        foreach (var property in map.EnumerateObject())
        {
            if (property.Name == Or && IsAlternatives(property.Value))
            {
                alternatives.Add([.. property.Value.EnumerateArray().Select(item => Read(item, ofBody, size))]);
            }
            else
            {
                own[property.Name] = ReadRule(property.Name, property.Value, ofBody, size);
            }
        }

        return new FilterPolicy(own, alternatives);
    }

    // "$or" means alternatives when it is a list of two objects or more whose keys are no operators.
    private static bool IsAlternatives(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array
        && value.GetArrayLength() > 1
        && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.Object)
        && !value
            .EnumerateArray()
            .SelectMany(item => item.EnumerateObject())
            .Any(item => Condition.IsOperator(item.Name));

    private static Rule ReadRule(string name, JsonElement value, bool ofBody, Size size)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Array:
                if (value.GetArrayLength() == 0)
                    throw Invalid($"Empty arrays are not allowed: \"{name}\"");
                size.Keys++;
                size.Combinations *= value.GetArrayLength();
                return new Values([.. value.EnumerateArray().Select(Condition.Read)]);
            case JsonValueKind.Object when ofBody:
                return new Nested(Read(value, ofBody, size));
            case JsonValueKind.Object:
                throw Invalid("Filter policy scope MessageAttributes does not support nested filter policy");
            default:
                throw Invalid($"\"{name}\" must be an object or an array");
        }
    }

    private sealed class Size
    {
        internal int Keys { get; set; }

        internal long Combinations { get; set; } = 1;
    }

    private abstract record Rule
    {
        internal abstract bool Matches(FilterProperties properties, string name);
    }

    /// <summary>One of the values of a property must satisfy one of the conditions.</summary>
    private sealed record Values(IReadOnlyList<Condition> Conditions) : Rule
    {
        internal override bool Matches(FilterProperties properties, string name)
        {
            var values = properties.Find(name);
            return Conditions.Any(condition => condition.Matches(values));
        }
    }

    /// <summary>An object in the body must match, or one of a list of them.</summary>
    private sealed record Nested(FilterPolicy Policy) : Rule
    {
        internal override bool Matches(FilterProperties properties, string name) =>
            properties.Within(name).Any(Policy.Matches);
    }
}
