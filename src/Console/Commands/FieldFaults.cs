using System.Text.RegularExpressions;
using Estiba.Console.Texts;
using Estiba.Contracts;

namespace Estiba.Console.Commands;

/// <summary>What the contract says against a request, by the member that it is about.</summary>
internal sealed partial class FieldFaults
{
    private readonly Dictionary<string, string> _byPath;

    private FieldFaults(Dictionary<string, string> byPath) => _byPath = byPath;

    /// <summary>Nothing.</summary>
    internal static FieldFaults None { get; } = new([]);

    /// <summary>Whether there is nothing to say.</summary>
    internal bool IsEmpty => _byPath.Count == 0;

    /// <summary>All of it, with the members in front.</summary>
    internal IEnumerable<KeyValuePair<string, string>> All => _byPath;

    /// <summary>What is said against a member; null for nothing.</summary>
    /// <param name="path">Where it is: <c>family</c>, <c>containerDefinitions.1.name</c>.</param>
    internal string? Of(string path) => _byPath.GetValueOrDefault(path);

    /// <summary>Asks the contract, before the service is asked.</summary>
    /// <param name="request">The request.</param>
    /// <param name="words">In what language.</param>
    internal static FieldFaults Of(IShape request, Language words)
    {
        var validator = new ShapeValidator("ValidationException");
        request.Validate(validator);
        try
        {
            validator.ThrowIfAny();
            return None;
        }
        catch (AwsException faults)
        {
            var byPath = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (Match fault in Fault().Matches(faults.Message))
                byPath.TryAdd(PathOf(fault), Said(fault.Groups["constraint"].Value, words));
            if (byPath.Count == 0)
                byPath[""] = faults.Message;
            return new FieldFaults(byPath);
        }
    }

    /// <summary>A constraint in a person's words.</summary>
    internal static string Said(string constraint, Language words)
    {
        var match = Constraint().Match(constraint);
        if (constraint == "Member must not be null")
            return words["Required."];
        if (!match.Success)
            return constraint;
        var value = match.Groups["value"].Value;
        return (match.Groups["what"].Value, match.Groups["bound"].Value) switch
        {
            ("length", "greater") => words.Format("At least {0} long.", value),
            ("length", _) => words.Format("At most {0} long.", value),
            ("value", "greater") => words.Format("{0} or more.", value),
            ("value", _) => words.Format("{0} or less.", value),
            ("enum value set", _) => words.Format("One of {0}.", value.Trim('[', ']')),
            _ => words.Format("Only what matches {0}.", value),
        };
    }

    private static string PathOf(Match fault) =>
        fault.Groups["path"].Value.Replace(".member.", ".", StringComparison.Ordinal);

    [GeneratedRegex(
        "Value (?:null|'.*?') at '(?<path>[^']+)' failed to satisfy constraint: (?<constraint>.*?)(?=; Value |$)",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Fault();

    [GeneratedRegex(
        "^Member must (?:have (?<what>length|value) (?<bound>greater|less) than or equal to (?<value>.+)"
            + "|satisfy (?<what>enum value set|regular expression pattern): (?<value>.+))$",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture,
        1000
    )]
    private static partial Regex Constraint();
}
