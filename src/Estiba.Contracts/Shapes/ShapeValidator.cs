using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Estiba.Contracts;

/// <summary>Collects what breaks the contract's constraints and words it as the service does.</summary>
/// <param name="style">From the contract: <c>ecs</c>, <c>ecr</c>, <c>ec2</c>, or the error code that goes with AWS's common wording.</param>
public sealed class ShapeValidator(string style)
{
    private static readonly ConcurrentDictionary<string, Regex> Patterns = new(StringComparer.Ordinal);

    private readonly List<Failure> _failures = [];
    private readonly List<string> _path = [];

    /// <summary>Steps into a member.</summary>
    public void Enter(string member) => _path.Add(member);

    /// <summary>Steps into an item of a list; the first is 1.</summary>
    public void EnterItem(string member, int position) => _path.Add($"{member}.{position}");

    /// <summary>Steps out again.</summary>
    public void Leave() => _path.RemoveAt(_path.Count - 1);

    /// <summary>The member must be present; in a request to ECS, an empty text is none.</summary>
    public void Required(string member, object? value)
    {
        if (value is null || (value is "" && style == "ecs" && !MayBeEmpty(member))) Add(member, null, "Member must not be null", FailureKind.Missing);
    }

    /// <summary>The text must be one of the values.</summary>
    public void Enum(string member, string value, string[] values)
    {
        if (Array.IndexOf(values, value) >= 0) return;
        Add(member, value, $"Member must satisfy enum value set: [{string.Join(", ", values)}]", FailureKind.Unknown);
    }

    /// <summary>The text must have this many characters.</summary>
    public void Length(string member, string value, int? min, int? max) => Bounds(member, value, value.Length, min, max, "length");

    /// <summary>The list must have this many items.</summary>
    public void Count(string member, int count, int? min, int? max) => Bounds(member, $"[{count} items]", count, min, max, "length");

    /// <summary>There must be this many bytes.</summary>
    public void Size(string member, int length, long? min, long? max) => Bounds(member, $"[{length} bytes]", length, min, max, "length");

    /// <summary>The number must be in the range.</summary>
    public void Range(string member, long value, long? min, long? max) => Bounds(member, value, value, min, max, "value");

    /// <summary>The number must be in the range.</summary>
    public void Range(string member, double value, double? min, double? max)
    {
        if (value < min) Constraint(member, value, $"value greater than or equal to {min}");
        if (value > max) Constraint(member, value, $"value less than or equal to {max}");
    }

    /// <summary>The whole text must match the pattern.</summary>
    /// <param name="member">The member's name.</param>
    /// <param name="value">The text.</param>
    /// <param name="pattern">The pattern.</param>
    /// <param name="told">The pattern that the service tells, where that is another one.</param>
    public void Pattern(string member, string value, string pattern, string? told = null)
    {
        var regex = Patterns.GetOrAdd(pattern, static pattern => new Regex($"\\A(?:{pattern})\\z", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)));
        if (regex.IsMatch(value)) return;
        Add(member, value, style == "ecr" ? $"must satisfy regular expression '{told ?? pattern}'" : $"Member must satisfy regular expression pattern: {told ?? pattern}");
    }

    /// <summary>Throws if anything was found.</summary>
    /// <exception cref="AwsException">With the service's own code and words.</exception>
    public void ThrowIfAny()
    {
        if (_failures.Count > 0) throw Exception();
    }

    // An empty namespace takes the default of Service Connect away ("ClusterServiceConnectDefaultsRequest"), and a header may be matched with an empty text.
    private bool MayBeEmpty(string member) => _path.Count > 0 && member is "namespace" or "exact";

    private void Bounds(string member, object value, long size, long? min, long? max, string what)
    {
        // EC2 says "than" and means "than or equal to".
        if (size < min) Add(member, value, style == "ec2" ? $"Expecting a {what} greater than {min}" : $"Member must have {what} greater than or equal to {min}");
        if (size > max) Add(member, value, style == "ec2" ? $"Expecting a {what} less than {max}" : $"Member must have {what} less than or equal to {max}");
    }

    private void Constraint(string member, object value, string bound) => Add(member, value, $"Member must have {bound}");

    private void Add(string member, object? value, string constraint, FailureKind kind = FailureKind.Invalid) =>
        _failures.Add(new Failure(string.Join('.', [.. _path, member]), member, value, constraint, kind));

    private AwsException Exception()
    {
        var first = _failures[0];
        return style switch
        {
            "ecr" => new("InvalidParameterException", $"Invalid parameter at '{first.Path}' failed to satisfy constraint: '{first.Constraint}'"),
            "ecs" when first.Kind == FailureKind.Missing && first.Path == first.Member =>
                new("InvalidParameterException", $"{char.ToUpperInvariant(first.Member[0])}{first.Member[1..]} can not be blank."),
            "ecs" when first.Kind == FailureKind.Missing => new("InvalidParameterException", $"{char.ToUpperInvariant(first.Path[0])}{first.Path[1..]} should not be null or empty."),
            "ecs" => new("InvalidParameterException", Common()),
            "ec2" when first.Kind == FailureKind.Missing => new("MissingParameter", $"The request must contain the parameter {first.Path}"),
            "ec2" when first.Kind == FailureKind.Unknown => new("InvalidParameterValue", $"Invalid value '{first.Value}' for {first.Member}."),
            "ec2" => new("InvalidParameterValue", $"Value ( {first.Value} ) for parameter {char.ToLowerInvariant(first.Path[0])}{first.Path[1..]} is invalid. {first.Constraint}."),
            _ => new(style, Common()),
        };
    }

    private string Common()
    {
        var failures = _failures.Select(failure => failure.Value is null
            ? $"Value null at '{failure.Path}' failed to satisfy constraint: {failure.Constraint}"
            : $"Value '{failure.Value}' at '{failure.Path}' failed to satisfy constraint: {failure.Constraint}");
        return $"{_failures.Count} validation error{(_failures.Count == 1 ? "" : "s")} detected: {string.Join("; ", failures)}";
    }

    private enum FailureKind
    {
        Invalid,
        Missing,
        Unknown,
    }

    private sealed record Failure(string Path, string Member, object? Value, string Constraint, FailureKind Kind);
}
