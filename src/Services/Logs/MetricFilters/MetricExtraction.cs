using System.Globalization;
using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.Logs;
using Estiba.Logs.Filters;

namespace Estiba.Logs.MetricFilters;

/// <summary>
/// What a metric filter takes from an event ("PutMetricFilter" and "MetricTransformation", API reference).
/// </summary>
internal sealed class MetricExtraction
{
    private const int MaxDimensions = 3;
    private const int LongestValue = 1024;
    private const string Account = "@aws.account";
    private const string Region = "@aws.region";
    private const string OfServices = "AWS/";

    private readonly FilterPattern _pattern;
    private readonly double _value;
    private readonly EventField? _field;
    private readonly IReadOnlyList<EventField> _dimensions;

    private MetricExtraction(
        FilterPattern pattern,
        double value,
        EventField? field,
        IReadOnlyList<string> names,
        IReadOnlyList<EventField> dimensions
    )
    {
        (_pattern, _value, _field) = (pattern, value, field);
        (DimensionNames, _dimensions) = (names, dimensions);
    }

    /// <summary>The names of the metric's dimensions.</summary>
    public IReadOnlyList<string> DimensionNames { get; }

    /// <summary>Reads a transformation.</summary>
    /// <param name="pattern">The filter's pattern.</param>
    /// <param name="transformation">How what matches becomes a metric.</param>
    /// <param name="systemFields">What CloudWatch Logs itself knows of events and makes dimensions of; null for
    /// nothing.</param>
    /// <param name="scope">Where the log group is.</param>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>.</exception>
    public static MetricExtraction Of(
        FilterPattern pattern,
        MetricTransformation transformation,
        IReadOnlyList<string>? systemFields,
        Scope scope
    )
    {
        CheckName(transformation.MetricName!, "metric name");
        CheckName(transformation.MetricNamespace!, "metric namespace");
        if (transformation.MetricNamespace!.StartsWith(OfServices, StringComparison.Ordinal))
            throw Invalid($"metric namespaces that begin with {OfServices} are of AWS services");
        var dimensions = transformation.Dimensions ?? new Dictionary<string, string>();
        if (dimensions.Count > 0 && transformation.DefaultValue is not null)
            throw Invalid("dimensions and default value are mutually exclusive properties");
        if (transformation.DefaultValue is { } standard && !double.IsFinite(standard))
            throw Invalid($"default value {standard.ToString(CultureInfo.InvariantCulture)} must be a valid number");
        if (dimensions.Count > MaxDimensions)
            throw Invalid($"at most {MaxDimensions} dimensions are allowed");
        var field = FieldOf(pattern, transformation.MetricValue!);
        if (!TryNumber(transformation.MetricValue!, out var value) && field is null)
            throw Invalid($"metric value {transformation.MetricValue} must be a valid number");
        var named = dimensions
            .Select(each => (Name: each.Key, Field: FieldOf(pattern, each.Value) ?? throw NoSelector()))
            .Concat((systemFields ?? []).Select(name => (Name: name, Field: SystemField(name, scope))))
            .ToList();
        foreach (var (name, _) in named)
        {
            CheckName(name, "dimension name");
            if (name[0] == ':')
                throw Invalid("a dimension name cannot begin with a colon");
        }

        return new MetricExtraction(
            pattern,
            value,
            field,
            [.. named.Select(each => each.Name)],
            [.. named.Select(each => each.Field)]
        );
    }

    /// <summary>Takes the value and the values of the dimensions from an event.</summary>
    /// <returns>Null when the event does not match, or has no number or no text where the filter looks for
    /// them.</returns>
    public (double Value, string[] Dimensions)? Take(ReadOnlySpan<byte> message)
    {
        if (!_pattern.Matches(message))
            return null;
        var value = _value;
        if (_field is not null && !TryNumber(_field(message), out value))
            return null;
        if (_dimensions.Count == 0)
            return (value, []);
        var dimensions = new string[_dimensions.Count];
        for (var i = 0; i < dimensions.Length; i++)
        {
            if (_dimensions[i](message) is not { Length: <= LongestValue } text || !IsName(text))
                return null;
            dimensions[i] = text;
        }

        return (value, dimensions);
    }

    private static EventField? FieldOf(FilterPattern pattern, string selector)
    {
        try
        {
            return selector is ['$', ..] ? pattern.Field(selector) : null;
        }
        catch (AwsException)
        {
            return null;
        }
    }

    private static EventField SystemField(string name, Scope scope)
    {
        var value = name switch
        {
            Account => scope.AccountId,
            Region => scope.Region,
            _ => throw LogsErrors.InvalidParameterException(
                $"{name} is no system field. Valid values: {Account}, {Region}."
            ),
        };
        return _ => value;
    }

    private static bool TryNumber(string? text, out double number) =>
        PatternValue.TryNumber(Encoding.UTF8.GetBytes(text ?? ""), out number);

    private static void CheckName(string name, string what)
    {
        if (!IsName(name))
            throw Invalid($"a {what} must have printable ASCII characters, one of them no space");
    }

    // What CloudWatch takes as the name of a metric or of a dimension, and as the value of one.
    private static bool IsName(string text) =>
        !string.IsNullOrWhiteSpace(text) && !text.AsSpan().ContainsAnyExceptInRange(' ', '~');

    private static AwsException NoSelector() => Invalid("dimension value must be valid selector");

    private static AwsException Invalid(string what) =>
        LogsErrors.InvalidParameterException($"Invalid metric transformation: {what}.");
}
