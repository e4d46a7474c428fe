using System.Net;

namespace Estiba.LoadBalancing.Traffic.Rules;

/// <summary>What a request must be like for a rule ("Condition types for listener rules").</summary>
public abstract class RuleCondition
{
    /// <summary>Whether the request is so.</summary>
    public abstract bool IsMet(RoutedRequest request);

    private protected static IReadOnlyList<RulePattern> Patterns(
        IEnumerable<string> values,
        IEnumerable<string> expressions,
        bool ignoreCase
    ) =>
        [
            .. values.Select(value => RulePattern.Wildcards(value, ignoreCase)),
            .. expressions.Select(expression => RulePattern.Expression(expression, ignoreCase)),
        ];
}

/// <summary>The host that is asked for, in whatever case.</summary>
/// <param name="values">With wildcards.</param>
/// <param name="expressions">Regular expressions.</param>
public sealed class HostHeaderCondition(IEnumerable<string> values, IEnumerable<string>? expressions = null)
    : RuleCondition
{
    private readonly IReadOnlyList<RulePattern> _patterns = Patterns(values, expressions ?? [], ignoreCase: true);

    /// <inheritdoc/>
    public override bool IsMet(RoutedRequest request) => _patterns.Any(pattern => pattern.Matches(request.Host));
}

/// <summary>The path, whose case counts.</summary>
/// <param name="values">With wildcards.</param>
/// <param name="expressions">Regular expressions.</param>
public sealed class PathPatternCondition(IEnumerable<string> values, IEnumerable<string>? expressions = null)
    : RuleCondition
{
    private readonly IReadOnlyList<RulePattern> _patterns = Patterns(values, expressions ?? [], ignoreCase: false);

    /// <inheritdoc/>
    public override bool IsMet(RoutedRequest request) => _patterns.Any(pattern => pattern.Matches(request.Path));
}

/// <summary>One of the values of a header, in whatever case.</summary>
/// <param name="name">The header's name.</param>
/// <param name="values">With wildcards.</param>
/// <param name="expressions">Regular expressions.</param>
public sealed class HttpHeaderCondition(
    string name,
    IEnumerable<string> values,
    IEnumerable<string>? expressions = null
) : RuleCondition
{
    private readonly IReadOnlyList<RulePattern> _patterns = Patterns(values, expressions ?? [], ignoreCase: true);

    /// <inheritdoc/>
    public override bool IsMet(RoutedRequest request) =>
        request.Headers.TryGetValue(name, out var all)
        && all.Any(value => _patterns.Any(pattern => pattern.Matches(value ?? "")));
}

/// <summary>The method, exactly.</summary>
/// <param name="methods">One of these.</param>
public sealed class HttpRequestMethodCondition(IEnumerable<string> methods) : RuleCondition
{
    private readonly HashSet<string> _methods = [.. methods];

    /// <inheritdoc/>
    public override bool IsMet(RoutedRequest request) => _methods.Contains(request.Method);
}

/// <summary>A key with a value in the query, or a value of any key, in whatever case.</summary>
/// <param name="pairs">One of these, with wildcards; a key of null is any.</param>
public sealed class QueryStringCondition(IEnumerable<(string? Key, string Value)> pairs) : RuleCondition
{
    private readonly IReadOnlyList<(RulePattern? Key, RulePattern Value)> _pairs =
    [
        .. pairs.Select(pair =>
            (
                pair.Key is { } key ? RulePattern.Wildcards(key, ignoreCase: true) : null,
                RulePattern.Wildcards(pair.Value, ignoreCase: true)
            )
        ),
    ];

    /// <inheritdoc/>
    public override bool IsMet(RoutedRequest request)
    {
        if (request.Query.Length == 0)
            return false;
        foreach (var part in request.Query.Split('&'))
        {
            var sign = part.IndexOf('=');
            var (key, value) = sign < 0 ? (part, "") : (part[..sign], part[(sign + 1)..]);
            if (_pairs.Any(pair => pair.Key?.Matches(key) != false && pair.Value.Matches(value)))
                return true;
        }
        return false;
    }
}

/// <summary>The address from which the connection came; what X-Forwarded-For says does not count.</summary>
/// <param name="networks">One of these.</param>
public sealed class SourceIpCondition(IEnumerable<IPNetwork> networks) : RuleCondition
{
    private readonly IReadOnlyList<IPNetwork> _networks = [.. networks];

    /// <inheritdoc/>
    public override bool IsMet(RoutedRequest request) => _networks.Any(network => network.Contains(request.Source));
}
