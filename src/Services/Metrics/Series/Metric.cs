namespace Estiba.Metrics.Series;

/// <summary>What a value measures: a namespace, a name, and the dimensions that tell whose it is.</summary>
/// <remarks>Metrics with other dimensions are other metrics: nothing is added up over them. Equal when all of it is,
/// whatever the order in which dimensions were sent.</remarks>
internal sealed class Metric : IEquatable<Metric>
{
    private readonly string _text;

    /// <summary>A metric.</summary>
    /// <param name="nameSpace">For example <c>AWS/ECS</c>.</param>
    /// <param name="name">For example <c>CPUUtilization</c>.</param>
    /// <param name="dimensions">At most thirty, each name once.</param>
    public Metric(string nameSpace, string name, IEnumerable<MetricDimension> dimensions)
    {
        Namespace = nameSpace;
        Name = name;
        Dimensions = [.. dimensions.OrderBy(dimension => dimension.Name, StringComparer.Ordinal)];
        // Neither names nor values may have control characters, so that none of them can look like another's end.
        _text = string.Join('\n', [nameSpace, name, .. Dimensions.SelectMany(it => (string[])[it.Name, it.Value])]);
    }

    /// <summary>For example <c>AWS/ECS</c>.</summary>
    public string Namespace { get; }

    /// <summary>For example <c>CPUUtilization</c>.</summary>
    public string Name { get; }

    /// <summary>By name.</summary>
    public IReadOnlyList<MetricDimension> Dimensions { get; }

    /// <inheritdoc/>
    public bool Equals(Metric? other) => other?._text == _text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Metric);

    /// <inheritdoc/>
    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

    /// <summary>The namespace, the name and the dimensions in one text, which only equal metrics share.</summary>
    public override string ToString() => _text;
}

/// <summary>For example <c>ServiceName</c> and <c>web</c>.</summary>
internal readonly record struct MetricDimension(string Name, string Value);
