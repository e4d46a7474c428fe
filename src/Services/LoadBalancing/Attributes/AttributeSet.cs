using Estiba.Contracts;
using static Estiba.Contracts.ElbV2.ElbV2Errors;

namespace Estiba.LoadBalancing.Attributes;

/// <summary>The attributes that a resource has: only those that were changed are kept with it.</summary>
/// <param name="noun">How messages call the resource: <c>Load balancer</c>.</param>
/// <param name="specs">The attributes, in the order in which they are shown.</param>
/// <param name="elsewhere">Keys that other resources of the kind have.</param>
/// <param name="notHere">Refuses one of those, given its key.</param>
internal sealed class AttributeSet(
    string noun,
    IReadOnlyList<AttributeSpec> specs,
    IReadOnlySet<string> elsewhere,
    Func<string, AwsException> notHere
)
{
    /// <summary>All attributes with their values.</summary>
    /// <param name="changed">What was changed.</param>
    internal IEnumerable<KeyValuePair<string, string>> All(IReadOnlyDictionary<string, string> changed) =>
        specs.Select(spec => KeyValuePair.Create(spec.Key, changed.GetValueOrDefault(spec.Key, spec.Default)));

    /// <summary>The value of one.</summary>
    internal string ValueOf(IReadOnlyDictionary<string, string> changed, string key) =>
        changed.GetValueOrDefault(key) ?? specs.First(spec => spec.Key == key).Default;

    /// <summary>What is changed after a request.</summary>
    /// <param name="changed">What was changed before.</param>
    /// <param name="asked">What is asked for.</param>
    /// <exception cref="AwsException">A key or a value is none that there may be.</exception>
    internal IReadOnlyDictionary<string, string> Merge(
        IReadOnlyDictionary<string, string> changed,
        IReadOnlyList<(string? Key, string? Value)> asked
    )
    {
        if (asked.Count == 0)
            throw ElbErrors.ValidationError("Attributes cannot be empty");
        var merged = new SortedDictionary<string, string>(changed.ToDictionary(), StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, value) in asked)
        {
            if (string.IsNullOrEmpty(key))
                throw ElbErrors.ValidationError($"{noun} attribute key cannot be empty");
            if (!seen.Add(key))
                throw ElbErrors.ValidationError($"{noun} attribute key '{key}' is specified more than once");
            merged[key] = Checked(key, value ?? "");
        }

        return merged;
    }

    private string Checked(string key, string value)
    {
        if (specs.FirstOrDefault(each => each.Key == key) is not { } spec)
            throw elsewhere.Contains(key)
                ? notHere(key)
                : ElbErrors.ValidationError($"{noun} attribute key '{key}' is not recognized");
        if (!spec.Accepts(value))
            throw ElbErrors.ValidationError(
                $"{noun} attribute key '{key}' cannot have the value '{value}': it must be {spec.Allowed}"
            );
        if (spec.Needs is { } needs && value != spec.Default)
            throw InvalidConfigurationRequestException(
                $"Estiba does not support {needs} yet: {noun.ToLowerInvariant()} attribute key '{key}' can only be "
                    + $"'{spec.Default}'"
            );
        return value;
    }
}
