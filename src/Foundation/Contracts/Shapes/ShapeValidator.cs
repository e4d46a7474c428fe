using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Estiba.Contracts;

/// <summary>Collects what breaks the contract's constraints and words it as the service does.</summary>
/// <param name="wording">How it does, a fact of the contract: <see cref="ValidationWording.Of"/>.</param>
public sealed class ShapeValidator(string wording)
{
    private static readonly TimeSpan LongestMatch = TimeSpan.FromSeconds(1);

    private static readonly ConcurrentDictionary<string, Regex> Patterns = new(StringComparer.Ordinal);

    private readonly List<ValidationFailure> _failures = [];
    private readonly List<string> _path = [];

    private string? _itemConstraints;
    private AwsException? _letters;
    private ValidationWording? _wording;

    private ValidationWording Wording => _wording ??= ValidationWording.Of(wording);

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

    /// <summary>The member must be present; for services that take an empty text for none, not empty.</summary>
    /// <param name="member">The member's name.</param>
    /// <param name="value">What is there.</param>
    /// <param name="mayBeEmpty">Whether an empty text is one with every service.</param>
    public void Required(string member, object? value, bool mayBeEmpty = false)
    {
        if (value is null || (value is "" && Wording.TakesEmptyForNone && !mayBeEmpty))
            Add(member, null, "Member must not be null", ValidationFailureKind.Missing);
    }

    /// <summary>The text must be one of the values.</summary>
    /// <param name="member">The member's name.</param>
    /// <param name="value">The text.</param>
    /// <param name="values">The values.</param>
    /// <param name="subject">What a sentence about it begins with, where that is not the member's words.</param>
    public void Enum(string member, string value, string[] values, string? subject = null)
    {
        if (Array.IndexOf(values, value) >= 0)
            return;
        var constraint = $"Member must satisfy enum value set: [{string.Join(", ", values)}]";
        Add(member, value, constraint, ValidationFailureKind.Unknown, values, subject);
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
            Add(member, value, Wording.AtLeast("value", min));
        if (value > max)
            Add(member, value, Wording.AtMost("value", max));
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
        if (Wording.LooksAtLettersLast && shown is not null && _itemConstraints is null)
            _letters ??= Wording.LettersError(PathOf(member), shown);
        else
            Add(member, value, Wording.Pattern(shown ?? pattern));
    }

    /// <summary>Throws if anything was found.</summary>
    /// <exception cref="AwsException">With the service's own code and words.</exception>
    public void ThrowIfAny()
    {
        if (_failures.Count > 0)
            throw Wording.Error(_failures);
        if (_letters is not null)
            throw _letters;
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

    private void Bounds(string member, object value, long size, long? min, long? max, string what)
    {
        if (size < min)
            Add(member, value, Wording.AtLeast(what, min));
        if (size > max)
            Add(member, value, Wording.AtMost(what, max));
    }

    private void Add(
        string member,
        object? value,
        string constraint,
        ValidationFailureKind kind = ValidationFailureKind.Invalid,
        string[]? allowed = null,
        string? subject = null
    )
    {
        var path = PathOf(member);
        if (Wording.LooksAtLettersLast && _itemConstraints is not null)
        {
            // Of a list of texts it is told once that something is wrong, and all that must be right.
            path = path[..path.LastIndexOf('.', path.LastIndexOf('.') - 1)];
            constraint = $"Member must satisfy constraint: [{_itemConstraints}, Member must not be null]";
            if (_failures.Exists(failure => failure.Path == path && failure.Constraint == constraint))
                return;
        }

        _failures.Add(
            new ValidationFailure(path, member, value, constraint, kind) { Allowed = allowed ?? [], Subject = subject }
        );
    }

    private string PathOf(string member) => string.Join('.', [.. _path, member]);
}
