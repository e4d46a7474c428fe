using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;

namespace Estiba.Contracts;

/// <summary>Collects what breaks the contract's constraints and words it as the service does.</summary>
/// <param name="style"> From the contract: <c>sentences</c> of words, the <c>path</c> of what is wrong, the
/// <c>parameters</c> of a form, the <c>requestParameters</c> of Amazon SQS, <c>lettersLast</c>, which looks at the
/// letters of names when all else is right, or the error code that goes with AWS's common wording.
/// </param>
public sealed class ShapeValidator(string style)
{
    private static readonly TimeSpan LongestMatch = TimeSpan.FromSeconds(1);

    private static readonly ConcurrentDictionary<string, Regex> Patterns = new(StringComparer.Ordinal);

    private readonly List<Failure> _failures = [];
    private readonly List<string> _path = [];

    private string? _itemConstraints;

    // IAM looks at the letters of names only when all else is right, and has a sentence for them.
    private string? _letters;

    /// <summary>Steps into a member.</summary>
    public void Enter(string member) => _path.Add(member);

    /// <summary>Steps into an item of a list; the first is 1.</summary>
    /// <param name="member">The list.</param>
    /// <param name="position">Which item.</param>
    /// <param name="constraints">All that a text must satisfy to be an item, in AWS's words; null for items that are
    /// more than texts.</param>
    public void EnterItem(string member, int position, string? constraints = null)
    {
        _path.Add($"{member}.{position}");
        _itemConstraints = constraints;
    }

    /// <summary>Steps out again.</summary>
    public void Leave()
    {
        _path.RemoveAt(_path.Count - 1);
        _itemConstraints = null;
    }

    /// <summary>The member must be present; in a request to ECS, an empty text is none.</summary>
    public void Required(string member, object? value)
    {
        if (value is null || (value is "" && style == "sentences" && !MayBeEmpty(member)))
            Add(member, null, "Member must not be null", FailureKind.Missing);
    }

    /// <summary>The text must be one of the values.</summary>
    public void Enum(string member, string value, string[] values)
    {
        if (Array.IndexOf(values, value) >= 0)
            return;
        Add(
            member,
            value,
            $"Member must satisfy enum value set: [{string.Join(", ", values)}]",
            FailureKind.Unknown,
            values
        );
    }

    /// <summary>The text must have this many characters.</summary>
    public void Length(string member, string value, int? min, int? max) =>
        Bounds(member, value, CharactersOf(value), min, max, "length");

    /// <summary>
    /// How many characters of Unicode a text has, as contracts count them ("length trait" of Smithy): an emoji is one.
    /// </summary>
    public static int CharactersOf(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') ? value.EnumerateRunes().Count() : value.Length;
    }

    /// <summary>The list must have this many items.</summary>
    public void Count(string member, int count, int? min, int? max) =>
        Bounds(member, $"[{count} items]", count, min, max, "length");

    /// <summary>There must be this many bytes.</summary>
    public void Size(string member, int length, long? min, long? max) =>
        Bounds(member, $"[{length} bytes]", length, min, max, "length");

    /// <summary>The number must be in the range.</summary>
    public void Range(string member, long value, long? min, long? max) =>
        Bounds(member, value, value, min, max, "value");

    /// <summary>The number must be in the range.</summary>
    public void Range(string member, double value, double? min, double? max)
    {
        if (value < min)
            Constraint(member, value, $"value greater than or equal to {min}");
        if (value > max)
            Constraint(member, value, $"value less than or equal to {max}");
    }

    /// <summary>The whole text must match the pattern.</summary>
    /// <param name="member">The member's name.</param>
    /// <param name="value">The text.</param>
    /// <param name="pattern">The pattern.</param>
    /// <param name="shown">The pattern that the service tells, where that is another one.</param>
    public void Pattern(string member, string value, string pattern, string? shown = null)
    {
        if (Matches(Patterns.GetOrAdd(pattern, Compile), value))
            return;
        if (style == "lettersLast" && shown is not null && _itemConstraints is null)
        {
            _letters ??= $"The specified value for {Shown([.. _path, member])} is invalid. {shown}";
            return;
        }

        Add(
            member,
            value,
            style == "path"
                ? $"must satisfy regular expression '{shown ?? pattern}'"
                : $"Member must satisfy regular expression pattern: {shown ?? pattern}"
        );
    }

    /// <summary>Throws if anything was found.</summary>
    /// <exception cref="AwsException">With the service's own code and words.</exception>
    public void ThrowIfAny()
    {
        if (_failures.Count > 0)
            throw Exception();
        if (_letters is not null)
            throw new AwsException("ValidationError", _letters);
    }

    // Without backtracking the time is linear in the text, whatever it is. Patterns that look around cannot do without
    // it; those have a deadline.
    private static Regex Compile(string pattern)
    {
        var whole = $"\\A(?:{AsciiPattern.Of(pattern)})\\z";
        try
        {
            return new Regex(whole, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, LongestMatch);
        }
        catch (NotSupportedException)
        {
            return new Regex(whole, RegexOptions.CultureInvariant, LongestMatch);
        }
    }

    private static bool Matches(Regex pattern, string value)
    {
        try
        {
            return pattern.IsMatch(value);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    // An empty namespace takes the default of Service Connect away ("ClusterServiceConnectDefaultsRequest"), and a
    // header may be matched with an empty text.
    private bool MayBeEmpty(string member) => _path.Count > 0 && member is "namespace" or "exact";

    private void Bounds(string member, object value, long size, long? min, long? max, string what)
    {
        // EC2 says "than" and means "than or equal to".
        if (size < min)
            Add(
                member,
                value,
                style == "parameters"
                    ? $"Expecting a {what} greater than {min}"
                    : $"Member must have {what} greater than or equal to {min}"
            );
        if (size > max)
            Add(
                member,
                value,
                style == "parameters"
                    ? $"Expecting a {what} less than {max}"
                    : $"Member must have {what} less than or equal to {max}"
            );
    }

    private void Constraint(string member, object value, string bound) =>
        Add(member, value, $"Member must have {bound}");

    private void Add(
        string member,
        object? value,
        string constraint,
        FailureKind kind = FailureKind.Invalid,
        string[]? allowed = null
    )
    {
        var path = string.Join('.', [.. _path, member]);
        if (style == "lettersLast" && _itemConstraints is not null)
        {
            // Of a list of texts IAM tells once that something is wrong, and all that must be right.
            path = path[..path.LastIndexOf('.', path.LastIndexOf('.') - 1)];
            constraint = $"Member must satisfy constraint: [{_itemConstraints}, Member must not be null]";
            if (_failures.Exists(failure => failure.Path == path && failure.Constraint == constraint))
                return;
        }

        _failures.Add(new Failure(path, member, value, constraint, kind, allowed ?? []));
    }

    private AwsException Exception()
    {
        var first = _failures[0];
        return style switch
        {
            "path" => new(
                "InvalidParameterException",
                $"Invalid parameter at '{first.Path}' failed to satisfy constraint: '{first.Constraint}'"
            ),
            "sentences" when first.Kind == FailureKind.Missing && first.Path == first.Member => new(
                "InvalidParameterException",
                $"{char.ToUpperInvariant(first.Member[0])}{first.Member[1..]} can not be blank."
            ),
            "sentences" when first.Kind == FailureKind.Missing => new(
                "InvalidParameterException",
                $"{char.ToUpperInvariant(first.Path[0])}{first.Path[1..]} should not be null or empty."
            ),
            "sentences" when first.Kind == FailureKind.Unknown => new(
                "InvalidParameterException",
                $"{Subject(first)} should be one of [{string.Join(',', first.Allowed)}]"
            ),
            "sentences" => new("InvalidParameterException", Common()),
            "parameters" when first.Kind == FailureKind.Missing => new(
                "MissingParameter",
                $"The request must contain the parameter {first.Path}"
            ),
            "parameters" when first.Kind == FailureKind.Unknown => new(
                "InvalidParameterValue",
                $"Invalid value '{first.Value}' for {first.Member}."
            ),
            "parameters" => new(
                "InvalidParameterValue",
                $"Value ( {first.Value} ) for parameter {char.ToLowerInvariant(first.Path[0])}{first.Path[1..]} is "
                    + $"invalid. {first.Constraint}."
            ),
            "requestParameters" when first.Kind == FailureKind.Missing => new(
                "MissingRequiredParameterException",
                $"The request must contain the parameter {first.Path}."
            )
            {
                QueryCode = "MissingParameter",
            },
            "requestParameters" => new("InvalidParameterValueException", Common())
            {
                QueryCode = "InvalidParameterValue",
            },
            "lettersLast" => new("ValidationError", Common()),
            _ => new(style, Common()),
        };
    }

    // ECS says "launch type should be one of [EC2,FARGATE]", but of an account setting's name, which is "name" itself,
    // what was sent.
    private static string Subject(Failure failure)
    {
        if (failure.Member == "name")
            return $"{failure.Value}";
        var name = NamedLast(failure.Path);
        var words = new StringBuilder();
        foreach (var letter in name == "schedulingStrategy" ? "SchedulingStrategy" : name)
        {
            if (char.IsUpper(letter) && words.Length > 0)
                words.Append(' ').Append(char.ToLowerInvariant(letter));
            else
                words.Append(letter);
        }

        return words.ToString();
    }

    // Of a value in a list, "include.1.member", it is the list that has a name.
    private static string NamedLast(string path) =>
        path.Split('.').Last(part => part != "member" && !part.All(char.IsAsciiDigit));

    // Members are shown by lower-case names, whatever the wire calls them; IAM does not repeat the values.
    private string Common()
    {
        var failures = _failures.Select(failure =>
            (style, failure.Value) switch
            {
                ("lettersLast", _) =>
                    $"Value at '{Shown(failure.Path.Split('.'))}' failed to satisfy constraint: {failure.Constraint}",
                (_, null) => $"Value null at '{Shown(failure.Path.Split('.'))}' failed to satisfy constraint: "
                    + $"{failure.Constraint}",
                _ => $"Value '{failure.Value}' at '{Shown(failure.Path.Split('.'))}' failed to satisfy constraint: "
                    + $"{failure.Constraint}",
            }
        );
        return $"{_failures.Count} validation error{(_failures.Count == 1 ? "" : "s")} detected: "
            + $"{string.Join("; ", failures)}";
    }

    private static string Shown(IEnumerable<string> path) =>
        string.Join('.', path.Select(part => part.Length == 0 ? part : char.ToLowerInvariant(part[0]) + part[1..]));

    private enum FailureKind
    {
        Invalid,
        Missing,
        Unknown,
    }

    private sealed record Failure(
        string Path,
        string Member,
        object? Value,
        string Constraint,
        FailureKind Kind,
        string[] Allowed
    );
}
