using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute.Describing;

/// <summary>The filters that one Describe operation has: a name, and the values that a resource has under it.</summary>
/// <param name="values">By filter name.</param>
/// <param name="tags">The resource's tags, for <c>tag:Key</c> and <c>tag-key</c>; null where the operation has no tag
/// filters.</param>
internal sealed class FilterSet<T>(
    IReadOnlyDictionary<string, Func<T, IEnumerable<string?>>> values,
    Func<T, IReadOnlyList<Tag>>? tags = null
)
{
    private const int MostValues = 200;
    private const int LongestValue = 255;

    /// <summary>The condition that all filters together state: one value of each must match.</summary>
    /// <exception cref="AwsException"><c>InvalidParameterValue</c>: an unknown filter, or one without values;
    /// <c>FilterLimitExceeded</c>.</exception>
    public Func<T, bool> Compile(IReadOnlyList<Filter>? filters)
    {
        if (filters is null or [])
            return static _ => true;
        if (filters.Sum(filter => filter.Values?.Count ?? 0) > MostValues)
            throw new AwsException(
                "FilterLimitExceeded",
                $"The maximum number of filter values specified on a single call is {MostValues}"
            );

        var conditions = filters.Select(Compile).ToList();
        return resource => conditions.TrueForAll(condition => condition(resource));
    }

    private Func<T, bool> Compile(Filter filter)
    {
        var name = filter.Name ?? throw new AwsException("InvalidParameterValue", "The filter 'null' is invalid");
        var valuesOf = ValuesOf(name)
            ?? throw new AwsException("InvalidParameterValue", $"The filter '{name}' is invalid");
        if (filter.Values is null or [])
            throw new AwsException("InvalidParameterValue", $"The filter '{name}' must have at least one value");
        if (filter.Values.Any(value => value.Length > LongestValue))
            throw new AwsException(
                "FilterLimitExceeded",
                $"The maximum length for a filter value is {LongestValue} characters"
            );

        return resource =>
            valuesOf(resource)
                .Any(actual => actual is not null && filter.Values.Any(wanted => Wildcard.Matches(wanted, actual)));
    }

    private Func<T, IEnumerable<string?>>? ValuesOf(string name)
    {
        if (values.TryGetValue(name, out var found))
            return found;
        if (tags is null)
            return null;
        if (name == "tag-key")
            return resource => tags(resource).Select(tag => tag.Key);
        if (!name.StartsWith("tag:", StringComparison.Ordinal))
            return null;

        var key = name["tag:".Length..];
        return resource => tags(resource).Where(tag => tag.Key == key).Select(tag => tag.Value);
    }
}

/// <summary>Declares filters in one line each.</summary>
internal sealed class FilterValues<T> : Dictionary<string, Func<T, IEnumerable<string?>>>
{
    /// <summary>All of these, and those.</summary>
    public FilterValues<T> And(FilterValues<T> others)
    {
        foreach (var (name, value) in others)
            this[name] = value;
        return this;
    }

    /// <summary>A filter on what EC2's resources may have and those here never do.</summary>
    public void Add(string name) => this[name] = static _ => [];

    /// <summary>A filter on one value.</summary>
    public void Add(string name, Func<T, string?> value) => this[name] = resource => [value(resource)];

    /// <summary>A filter on a condition, <c>true</c> or <c>false</c>.</summary>
    public void Add(string name, Func<T, bool> value) => this[name] = resource => [value(resource) ? "true" : "false"];
}
