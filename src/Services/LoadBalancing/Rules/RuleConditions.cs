using System.Net;
using System.Text.RegularExpressions;
using Estiba.Contracts.ElbV2;
using Estiba.LoadBalancing.Limits;

namespace Estiba.LoadBalancing.Rules;

/// <summary>
/// Checks when a rule is to apply ("Condition types for listener rules", user guide), and shows host headers and path
/// patterns in both of the places that they have.
/// </summary>
internal static class RuleConditions
{
    private const string HostHeader = "host-header";
    private const string PathPattern = "path-pattern";
    private const string HttpHeader = "http-header";
    private const string Method = "http-request-method";
    private const string QueryString = "query-string";
    private const string SourceIp = "source-ip";

    private const int LongestValue = 128;
    private const int LongestHeaderName = 40;
    private const int LongestMethod = 40;

    private static readonly string[] Fields = [PathPattern, HostHeader, HttpHeader, Method, QueryString, SourceIp];

    /// <summary>The conditions as they are kept and shown.</summary>
    internal static IReadOnlyList<RuleCondition> Read(IReadOnlyList<RuleCondition> conditions)
    {
        if (conditions.Count == 0)
            throw ElbErrors.ValidationError("A condition must be specified");
        var read = conditions.Select(Read).ToList();
        var twice = read.GroupBy(condition => condition.Field)
            .FirstOrDefault(group => group.Count() > 1 && group.Key is not (HttpHeader or QueryString));
        if (twice is not null)
            throw ElbErrors.ValidationError($"A rule can only have one '{twice.Key}' condition");
        if (read.Sum(condition => ValuesOf(condition).Count()) > AccountLimits.ConditionValuesPerRule)
            throw ElbErrors.ValidationError(
                $"A rule can only have '{AccountLimits.ConditionValuesPerRule}' condition values and regex values"
            );
        var wildcards = read.Where(condition => condition.RegexValues is null)
            .SelectMany(ValuesOf)
            .Sum(value => value.Count(each => each is '*' or '?'));
        if (wildcards > AccountLimits.WildcardsPerRule)
            throw ElbErrors.ValidationError(
                $"A rule can only have '{AccountLimits.WildcardsPerRule}' condition wildcards"
            );
        return read;
    }

    private static RuleCondition Read(RuleCondition condition)
    {
        if (!Fields.Contains(condition.Field))
            throw ElbErrors.ValidationError(
                $"Condition field '{condition.Field}' must be one of '[{string.Join(", ", Fields)}]'"
            );
        CheckAlone(condition);
        return condition.Field switch
        {
            HostHeader => Patterns(
                condition,
                condition.HostHeaderConfig?.Values,
                condition.HostHeaderConfig?.RegexValues,
                (values, regexes) =>
                    condition with
                    {
                        HostHeaderConfig = new HostHeaderConditionConfig { Values = values, RegexValues = regexes },
                    }
            ),
            PathPattern => Patterns(
                condition,
                condition.PathPatternConfig?.Values,
                condition.PathPatternConfig?.RegexValues,
                (values, regexes) =>
                    condition with
                    {
                        PathPatternConfig = new PathPatternConditionConfig { Values = values, RegexValues = regexes },
                    }
            ),
            HttpHeader => Header(condition),
            Method => Methods(condition),
            QueryString => Queries(condition),
            _ => Sources(condition),
        };
    }

    private static void CheckAlone(RuleCondition condition)
    {
        (string Field, bool Given)[] configurations =
        [
            (HostHeader, condition.HostHeaderConfig is not null),
            (PathPattern, condition.PathPatternConfig is not null),
            (HttpHeader, condition.HttpHeaderConfig is not null),
            (Method, condition.HttpRequestMethodConfig is not null),
            (QueryString, condition.QueryStringConfig is not null),
            (SourceIp, condition.SourceIpConfig is not null),
        ];
        var isOld = condition.Field is HostHeader or PathPattern;
        foreach (var (field, given) in configurations)
        {
            if (given && field != condition.Field)
                throw ElbErrors.ValidationError(
                    $"The configuration of a '{field}' condition cannot be specified for a condition with the field "
                        + $"'{condition.Field}'"
                );
            if (!given && field == condition.Field && !isOld)
                throw ElbErrors.ValidationError($"The configuration of a '{field}' condition must be specified");
        }

        if (!isOld && (condition.Values is { Count: > 0 } || condition.RegexValues is { Count: > 0 }))
            throw ElbErrors.ValidationError(
                $"The values of a '{condition.Field}' condition must be specified in its configuration"
            );
    }

    private static RuleCondition Patterns(
        RuleCondition condition,
        IReadOnlyList<string>? values,
        IReadOnlyList<string>? regexes,
        Func<IReadOnlyList<string>?, IReadOnlyList<string>?, RuleCondition> with
    )
    {
        var given = OneOf(condition.Field!, condition.Values, values);
        var regex = OneOf(condition.Field!, condition.RegexValues, regexes);
        CheckEither(condition.Field!, given, regex);
        CheckLength(condition.Field!, given);
        CheckRegexes(regex);
        return with(given, regex) with { Values = given, RegexValues = regex };
    }

    private static RuleCondition Header(RuleCondition condition)
    {
        var config = condition.HttpHeaderConfig!;
        var (values, regexes) = (Given(config.Values), Given(config.RegexValues));
        var name = config.HttpHeaderName ?? "";
        if (name.Length is 0 or > LongestHeaderName || !name.All(IsToken))
            throw ElbErrors.ValidationError(
                $"The HTTP header name '{name}' must be the name of a header with at most '{LongestHeaderName}' "
                    + "characters"
            );
        if (name.Equals("Host", StringComparison.OrdinalIgnoreCase))
            throw ElbErrors.ValidationError("To match the host header, use a 'host-header' condition");
        CheckEither(HttpHeader, values, regexes);
        CheckLength(HttpHeader, values);
        CheckRegexes(regexes);
        return Only(condition) with
        {
            HttpHeaderConfig = config with { Values = values, RegexValues = regexes },
            RegexValues = null,
        };
    }

    private static RuleCondition Methods(RuleCondition condition)
    {
        var values = Given(condition.HttpRequestMethodConfig!.Values);
        CheckEither(Method, values, null);
        var wrong = values!.FirstOrDefault(value =>
            value.Length is 0 or > LongestMethod
            || !value.All(each => char.IsAsciiLetterUpper(each) || each is '-' or '_')
        );
        return wrong is null
            ? Only(condition)
            : throw ElbErrors.ValidationError(
                $"The HTTP request method '{wrong}' can only contain the characters A-Z, hyphen (-) and underscore "
                    + $"(_), and at most '{LongestMethod}' of them"
            );
    }

    private static RuleCondition Queries(RuleCondition condition)
    {
        var pairs = condition.QueryStringConfig!.Values ?? [];
        if (pairs.Count == 0 || pairs.Any(pair => string.IsNullOrEmpty(pair.Value)))
            throw NoValue(QueryString);
        CheckLength(QueryString, [.. pairs.SelectMany(pair => new[] { pair.Key ?? "", pair.Value! })]);
        return Only(condition);
    }

    private static RuleCondition Sources(RuleCondition condition)
    {
        var config = condition.SourceIpConfig!;
        CheckEither(SourceIp, Given(config.Values), null);
        var wrong = config.Values!.FirstOrDefault(value => !value.Contains('/') || !IPNetwork.TryParse(value, out _));
        if (wrong is not null)
            throw ElbErrors.ValidationError($"The source IP '{wrong}' must be in CIDR format");
        if (config.IpAddressType is not null)
            throw ElbErrors.NotSupported("the address type of 'source-ip' conditions");
        return Only(condition);
    }

    // Neither the old place of values nor empty lists are shown.
    private static RuleCondition Only(RuleCondition condition) => condition with { Values = null, RegexValues = null };

    private static IReadOnlyList<string>? OneOf(string field, IReadOnlyList<string>? old, IReadOnlyList<string>? its)
    {
        if (Given(old) is not { } first)
            return Given(its);
        return Given(its) is { } second && !first.SequenceEqual(second)
            ? throw ElbErrors.ValidationError($"The values of a '{field}' condition can be specified in one place only")
            : first;
    }

    private static IReadOnlyList<string>? Given(IReadOnlyList<string>? values) =>
        values is { Count: > 0 } ? values : null;

    private static void CheckEither(string field, IReadOnlyList<string>? values, IReadOnlyList<string>? regexes)
    {
        if (values is null == regexes is null)
            throw values is null
                ? NoValue(field)
                : ElbErrors.ValidationError(
                    $"A '{field}' condition can have either values or regex values, but not both"
                );
    }

    private static void CheckLength(string field, IReadOnlyList<string>? values)
    {
        if (values?.FirstOrDefault(value => value.Length > LongestValue) is { } longest)
            throw ElbErrors.ValidationError(
                $"The '{field}' condition value '{longest}' cannot be longer than '{LongestValue}' characters"
            );
    }

    private static void CheckRegexes(IReadOnlyList<string>? regexes)
    {
        foreach (var regex in regexes ?? [])
            RuleRegex.Check(regex);
    }

    private static bool IsToken(char each) => char.IsAsciiLetterOrDigit(each) || "*-!#$%&'+.^_`|~".Contains(each);

    private static Contracts.AwsException NoValue(string field) =>
        ElbErrors.ValidationError($"A '{field}' condition value must be specified");

    private static IEnumerable<string> ValuesOf(RuleCondition condition) =>
        (condition.Values ?? [])
            .Concat(condition.RegexValues ?? [])
            .Concat(condition.HttpHeaderConfig?.Values ?? [])
            .Concat(condition.HttpHeaderConfig?.RegexValues ?? [])
            .Concat(condition.HttpRequestMethodConfig?.Values ?? [])
            .Concat((condition.QueryStringConfig?.Values ?? []).Select(pair => pair.Key + pair.Value))
            .Concat(condition.SourceIpConfig?.Values ?? []);
}

/// <summary>
/// The regular expressions of rules: those that never look back, so that no client can make one slow.
/// </summary>
internal static class RuleRegex
{
    private const int Longest = 128;

    /// <summary>Refuses what is none.</summary>
    internal static void Check(string regex)
    {
        if (regex.Length is 0 or > Longest)
            throw ElbErrors.ValidationError($"A regex must have between '1' and '{Longest}' characters");
        try
        {
            _ = new Regex(regex, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception wrong) when (wrong is ArgumentException or NotSupportedException)
        {
            throw ElbErrors.ValidationError($"The regex '{regex}' is not valid");
        }
    }
}
