namespace Estiba.Metrics.Series;

/// <summary>What a value measures: a namespace, a name, and the dimensions that tell whose it is.</summary>
/// <remarks>Metrics with other dimensions are other metrics: nothing is added up over them. Equal when all of it is,
/// whatever the order in which dimensions were sent.</remarks>
internal sealed class Metric : IEquatable<Metric>
{
    private readonly MetricDimension[] _dimensions;
    private readonly int _hash;

    /// <summary>A metric.</summary>
    /// <param name="nameSpace">For example <c>AWS/ECS</c>.</param>
    /// <param name="name">For example <c>CPUUtilization</c>.</param>
    /// <param name="dimensions">At most thirty, each name once.</param>
    public Metric(string nameSpace, string name, IEnumerable<MetricDimension> dimensions)
    {
        Namespace = nameSpace;
        Name = name;
        _dimensions = [.. dimensions];
        if (_dimensions.Length > 1)
            Array.Sort(_dimensions, static (one, other) => string.CompareOrdinal(one.Name, other.Name));
        var hash = new HashCode();
        hash.Add(name, StringComparer.Ordinal);
        hash.Add(nameSpace, StringComparer.Ordinal);
        foreach (var dimension in _dimensions)
            hash.Add(dimension);
        _hash = hash.ToHashCode();
    }

    /// <summary>For example <c>AWS/ECS</c>.</summary>
    public string Namespace { get; }

    /// <summary>For example <c>CPUUtilization</c>.</summary>
    public string Name { get; }

    /// <summary>By name.</summary>
    public IReadOnlyList<MetricDimension> Dimensions => _dimensions;

    /// <inheritdoc/>
    public bool Equals(Metric? other) =>
        other is not null
        && _hash == other._hash
        && Name == other.Name
        && Namespace == other.Namespace
        && _dimensions.AsSpan().SequenceEqual(other._dimensions);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Metric);

    /// <inheritdoc/>
    public override int GetHashCode() => _hash;

    /// <summary>The namespace, the name and the dimensions in one text, which only equal metrics share.</summary>
    public override string ToString() =>
        // Neither names nor values may have control characters, so that none of them can look like another's end.
        string.Join('\n', [Namespace, Name, .. _dimensions.SelectMany(it => (string[])[it.Name, it.Value])]);
}

/// <summary>For example <c>ServiceName</c> and <c>web</c>.</summary>
internal readonly record struct MetricDimension(string Name, string Value);
