using System.Globalization;
using Estiba.Contracts;
using Estiba.Contracts.ServiceDiscovery;
using static Estiba.Contracts.ServiceDiscovery.ServiceDiscoveryErrors;

namespace Estiba.ServiceDiscovery;

/// <summary>The filters of lists.</summary>
internal static class Filters
{
    private const string Self = "SELF";
    private const string OtherAccounts = "OTHER_ACCOUNTS";

    /// <summary>Refuses a condition that a filter does not have, and a number of values that a condition cannot
    /// have.</summary>
    /// <exception cref="AwsException"><c>InvalidInput</c></exception>
    internal static void Check(
        string name,
        string? condition,
        IReadOnlyList<string> values,
        IReadOnlyList<string> conditions
    )
    {
        var its = condition ?? FilterCondition.Eq;
        if (!conditions.Contains(its))
            throw InvalidInput($"The condition {its} is not supported for the filter {name}.");
        var fits = its switch
        {
            FilterCondition.In => values.Count > 0,
            FilterCondition.Between => values.Count == 2 && values.All(IsTime),
            _ => values.Count == 1,
        };
        if (!fits)
            throw InvalidInput($"The values of the filter {name} do not fit the condition {its}.");
    }

    /// <summary>Whether a text is what a filter wants.</summary>
    internal static bool Has(string? condition, IReadOnlyList<string> values, string? text) =>
        text is not null
        && (
            condition == FilterCondition.BeginsWith
                ? text.StartsWith(values[0], StringComparison.Ordinal)
                : values.Contains(text)
        );

    /// <summary>Whether a time is between two, in seconds since 1970.</summary>
    internal static bool IsBetween(IReadOnlyList<string> values, DateTimeOffset time)
    {
        var seconds = time.ToUnixTimeMilliseconds() / 1000.0;
        return double.Parse(values[0], CultureInfo.InvariantCulture) <= seconds
            && seconds <= double.Parse(values[1], CultureInfo.InvariantCulture);
    }

    /// <summary>Whether an owner that is wanted is the caller: nobody shares namespaces here.</summary>
    /// <exception cref="AwsException"><c>InvalidInput</c></exception>
    internal static bool IsSelf(IReadOnlyList<string> values) =>
        values[0] switch
        {
            Self => true,
            OtherAccounts => false,
            _ => throw InvalidInput($"The filter RESOURCE_OWNER must be {Self} or {OtherAccounts}."),
        };

    private static bool IsTime(string text) => double.TryParse(text, CultureInfo.InvariantCulture, out _);
}
