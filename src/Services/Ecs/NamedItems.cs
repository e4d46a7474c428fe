using Estiba.Contracts;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs;

/// <summary>
/// What a request asks for by names or ARNs: how many there may be, what they mean, and a failure for each that means
/// nothing.
/// </summary>
internal static class NamedItems
{
    /// <summary>The names of a request, which must have some but not too many, and none that is blank.</summary>
    /// <param name="names">As in the request.</param>
    /// <param name="most">How many there may be.</param>
    /// <param name="subject">What ECS calls them when there are none: <c>Tasks</c>.</param>
    /// <param name="list">What ECS calls them when there are too many: <c>taskIds</c>.</param>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>.</exception>
    internal static IReadOnlyList<string> Require(
        IReadOnlyList<string>? names,
        int most,
        string subject,
        string list
    ) =>
        names switch
        {
            null or [] => throw EcsErrors.InvalidParameterException($"{subject} cannot be empty."),
            _ when names.Any(string.IsNullOrEmpty) => throw EcsErrors.InvalidParameterException(
                $"{subject} can not be blank."
            ),
            _ when names.Count > most => throw EcsErrors.InvalidParameterException(
                $"{list} can have at most {most} items."
            ),
            _ => names,
        };

    /// <summary>Finds each name and describes what it means.</summary>
    /// <param name="names">Names or ARNs.</param>
    /// <param name="find">What a name means; null for nothing.</param>
    /// <param name="arnOf">The ARN that something with this name would have.</param>
    internal static (IReadOnlyList<T> Found, IReadOnlyList<Failure> Failures) Describe<T>(
        IEnumerable<string> names,
        Func<string, T?> find,
        Func<string, string> arnOf
    )
        where T : class
    {
        var found = new List<T>();
        var failures = new List<Failure>();
        foreach (var name in names)
        {
            if (find(name) is { } item)
                found.Add(item);
            else
                failures.Add(Missing(name, arnOf(name)));
        }

        return (found, failures);
    }

    /// <summary>The failure for a name that means nothing.</summary>
    /// <param name="nameOrArn">As in the request.</param>
    /// <param name="arn">The ARN that something with this name would have.</param>
    internal static Failure Missing(string nameOrArn, string arn) =>
        new() { Arn = Arn.IsArn(nameOrArn) ? nameOrArn : arn, Reason = "MISSING" };
}
