using System.Globalization;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.ContainerInstances;
using Condition = System.Func<Estiba.Ecs.Queries.IQueryTarget, bool>;

namespace Estiba.Ecs.Queries;

/// <summary>What an expression asks about, and which questions about it make sense.</summary>
/// <remarks>
/// Negations hold for instances that have the attribute ("Exclude an attribute value", "Define which container
/// instances Amazon ECS uses for tasks", developer guide): <c>attribute:stack != prod</c> is not met where there is no
/// stack. Task groups have no such rule, because an instance has any number of them.
/// </remarks>
internal abstract class QuerySubject
{
    private const string AttributePrefix = "attribute:";

    private static readonly string[] DateFormats =
    [
        "yyyy-MM-dd",
        "yyyy-MM-ddTHH:mm:ss",
        "yyyy-MM-ddTHH:mm:ssK",
        "yyyy-MM-ddTHH:mm:ss.FFFFFFFK",
    ];

    /// <summary>The subject with this name, or null.</summary>
    internal static QuerySubject? Of(string name) =>
        name switch
        {
            "agentConnected" => new TextSubject(target => target.Instance.AgentConnected ? "true" : "false"),
            "ec2InstanceId" => new TextSubject(target => target.Instance.Ec2InstanceId),
            "agentVersion" => new OrderedSubject(
                target => VersionOf(target.Instance.VersionInfo?.AgentVersion),
                VersionOf,
                "a version such as 1.14.5"
            ),
            "registeredAt" => new OrderedSubject(
                target => target.Instance.RegisteredAt,
                DateOf,
                "a date such as 2018-06-18 or 2018-06-18T22:28:28Z"
            ),
            "runningTasksCount" => new OrderedSubject(target => target.RunningTasks, NumberOf, "a number"),
            "task:group" => new GroupSubject(),
            _ when name.StartsWith(AttributePrefix, StringComparison.Ordinal) && name.Length > AttributePrefix.Length =>
                new AttributeSubject(name[AttributePrefix.Length..]),
            _ => null,
        };

    /// <summary>The condition; null when the operator is not for this subject.</summary>
    /// <param name="operation">The operator.</param>
    /// <param name="arguments">None for <c>exists</c>, any number for <c>in</c>, one for the others.</param>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>: an argument cannot be read.</exception>
    internal abstract Condition? Condition(QueryOperator operation, IReadOnlyList<string> arguments);

    /// <summary>A test of single texts; null when the operator is not one of texts.</summary>
    private static Func<string, bool>? TextTest(QueryOperator operation, IReadOnlyList<string> arguments)
    {
        switch (operation)
        {
            case QueryOperator.Equal or QueryOperator.NotEqual or QueryOperator.In or QueryOperator.NotIn:
                var wanted = arguments.ToHashSet(StringComparer.Ordinal);
                return wanted.Contains;
            case QueryOperator.Matches or QueryOperator.NotMatches:
                return new QueryPattern(arguments[0]).Matches;
            default:
                return null;
        }
    }

    private static bool IsNegation(QueryOperator operation) =>
        operation
            is QueryOperator.NotEqual
                or QueryOperator.NotIn
                or QueryOperator.NotMatches
                or QueryOperator.NotExists;

    private static bool Holds(QueryOperator operation, int order) =>
        operation switch
        {
            QueryOperator.Equal => order == 0,
            QueryOperator.NotEqual => order != 0,
            QueryOperator.Greater => order > 0,
            QueryOperator.GreaterOrEqual => order >= 0,
            QueryOperator.Less => order < 0,
            _ => order <= 0,
        };

    private static bool IsOrder(QueryOperator operation) =>
        operation
            is QueryOperator.Greater
                or QueryOperator.GreaterOrEqual
                or QueryOperator.Less
                or QueryOperator.LessOrEqual;

    private static Version? VersionOf(string? text) => Version.TryParse(text, out var version) ? version : null;

    private static IComparable? NumberOf(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static IComparable? DateOf(string text) =>
        DateTimeOffset.TryParseExact(
            text,
            DateFormats,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var date
        )
            ? date
            : null;

    /// <summary>A text that an instance has once or not at all.</summary>
    private sealed class TextSubject(Func<IQueryTarget, string?> value) : QuerySubject
    {
        internal override Condition? Condition(QueryOperator operation, IReadOnlyList<string> arguments)
        {
            if (TextTest(operation, arguments) is not { } test)
                return null;
            var expected = !IsNegation(operation);
            return target => value(target) is { } text && test(text) == expected;
        }
    }

    /// <summary>A value that is compared by its order.</summary>
    private sealed class OrderedSubject(
        Func<IQueryTarget, IComparable?> value,
        Func<string, IComparable?> read,
        string kind
    ) : QuerySubject
    {
        internal override Condition? Condition(QueryOperator operation, IReadOnlyList<string> arguments)
        {
            if (operation is not (QueryOperator.Equal or QueryOperator.NotEqual) && !IsOrder(operation))
                return null;
            var argument = read(arguments[0])
                ?? throw EcsErrors.InvalidParameterException($"Invalid expression: '{arguments[0]}' is not {kind}.");
            return target => value(target) is { } known && Holds(operation, known.CompareTo(argument));
        }
    }

    /// <summary>The groups of the instance's tasks.</summary>
    private sealed class GroupSubject : QuerySubject
    {
        internal override Condition? Condition(QueryOperator operation, IReadOnlyList<string> arguments)
        {
            var expected = !IsNegation(operation);
            switch (operation)
            {
                case QueryOperator.Exists or QueryOperator.NotExists:
                    return target => target.Groups.Any() == expected;
                case QueryOperator.Equal or QueryOperator.NotEqual:
                    var group = new TaskGroup(arguments[0]);
                    return target => target.TasksOf(group) > 0 == expected;
                default:
                    return TextTest(operation, arguments) is { } test
                        ? target => target.Groups.Any(test) == expected
                        : null;
            }
        }
    }

    /// <summary>An attribute of the instance, with a value or without one.</summary>
    private sealed class AttributeSubject(string name) : QuerySubject
    {
        private readonly AttributeName _name = new(name);

        internal override Condition? Condition(QueryOperator operation, IReadOnlyList<string> arguments)
        {
            var expected = !IsNegation(operation);
            if (operation is QueryOperator.Exists or QueryOperator.NotExists)
                return target => target.Instance.FindAttribute(_name) is not null == expected;
            if (IsOrder(operation))
                return target =>
                    target.Instance.FindAttribute(_name) is { } attribute
                    && Holds(operation, Order(attribute.Value ?? "", arguments[0]));
            var test = TextTest(operation, arguments)!;
            return target =>
                target.Instance.FindAttribute(_name) is { } attribute && test(attribute.Value ?? "") == expected;
        }

        // Numbers and versions by what they mean, everything else letter by letter.
        private static int Order(string value, string argument)
        {
            if (
                decimal.TryParse(value, NumberStyles.Number, CultureInfo.InvariantCulture, out var number)
                && decimal.TryParse(argument, NumberStyles.Number, CultureInfo.InvariantCulture, out var other)
            )
                return number.CompareTo(other);
            if (Version.TryParse(value, out var version) && Version.TryParse(argument, out var otherVersion))
                return version.CompareTo(otherVersion);
            return string.CompareOrdinal(value, argument);
        }
    }
}
