using System.Globalization;
using System.Text.RegularExpressions;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Condition = System.Func<Estiba.Ecs.Scheduling.InstanceCapacity, bool>;

namespace Estiba.Ecs.Scheduling.Query;

/// <summary>What an expression asks about: one or, for task groups, several texts of a container instance.</summary>
internal sealed class QuerySubject
{
    private static readonly TimeSpan LongestMatch = TimeSpan.FromMilliseconds(100);

    private readonly Func<InstanceCapacity, IEnumerable<string>> _values;

    private QuerySubject(Func<InstanceCapacity, IEnumerable<string>> values) => _values = values;

    /// <summary>The subject with this name, or null.</summary>
    internal static QuerySubject? Of(string name) => name switch
    {
        "agentConnected" => new(capacity => [capacity.Instance.AgentConnected ? "true" : "false"]),
        "agentVersion" => new(capacity => One(capacity.Instance.VersionInfo?.AgentVersion)),
        "ec2InstanceId" => new(capacity => One(capacity.Instance.Ec2InstanceId)),
        "registeredAt" => new(capacity => [capacity.Instance.RegisteredAt.ToString("o", CultureInfo.InvariantCulture)]),
        "runningTasksCount" => new(capacity => [capacity.RunningTasks.ToString(CultureInfo.InvariantCulture)]),
        "task:group" => new(capacity => capacity.Groups),
        _ when name.StartsWith("attribute:", StringComparison.Ordinal) && name.Length > "attribute:".Length => Attribute(name["attribute:".Length..]),
        _ => null,
    };

    internal bool Exists(InstanceCapacity capacity) => _values(capacity).Any();

    internal Condition EqualTo(string argument) => capacity => _values(capacity).Any(value => Compare(value, argument) == 0);

    internal Condition In(List<string> arguments) => capacity => _values(capacity).Any(value => arguments.Exists(argument => Compare(value, argument) == 0));

    internal Condition Compared(string argument, Func<int, bool> holds) => capacity => _values(capacity).Any(value => holds(Compare(value, argument)));

    /// <exception cref="AwsException"><c>InvalidParameterException</c>: the pattern is no regular expression.</exception>
    internal Condition Matching(string pattern)
    {
        try
        {
            var regex = new Regex($@"^(?:{pattern})\z", RegexOptions.CultureInvariant, LongestMatch);
            return capacity => _values(capacity).Any(regex.IsMatch);
        }
        catch (ArgumentException)
        {
            throw EcsErrors.InvalidParameterException($"Invalid expression: '{pattern}' is not a regular expression.");
        }
    }

    private static QuerySubject Attribute(string name) => new(capacity =>
        capacity.Instance.Attributes.FirstOrDefault(attribute => attribute.Name == name) is { } attribute ? [attribute.Value ?? ""] : []);

    private static string[] One(string? value) => value is null ? [] : [value];

    // Numbers, versions and dates compare by what they mean, everything else letter by letter.
    private static int Compare(string value, string argument)
    {
        if (decimal.TryParse(value, NumberStyles.Number, CultureInfo.InvariantCulture, out var number) && decimal.TryParse(argument, NumberStyles.Number, CultureInfo.InvariantCulture, out var other)) return number.CompareTo(other);
        if (Version.TryParse(value, out var version) && Version.TryParse(argument, out var otherVersion)) return version.CompareTo(otherVersion);
        if (value.Contains('T', StringComparison.Ordinal) && Date(value) is { } date && Date(argument) is { } otherDate) return date.CompareTo(otherDate);
        return string.CompareOrdinal(value, argument);
    }

    private static DateTimeOffset? Date(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date : null;
}
