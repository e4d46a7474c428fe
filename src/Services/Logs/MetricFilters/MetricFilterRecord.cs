using Estiba.Contracts.Logs;

namespace Estiba.Logs.MetricFilters;

/// <summary>A metric filter of a log group, as it was put.</summary>
internal sealed record MetricFilterRecord
{
    public required string AccountId { get; init; }

    public required string Region { get; init; }

    /// <summary>The group's id.</summary>
    public required long GroupId { get; init; }

    /// <summary>What was put, as it is shown.</summary>
    public required MetricFilter Filter { get; init; }

    public string Key => KeyOf(AccountId, Region, GroupId, Filter.FilterName!);

    public static string PrefixOf(string accountId, string region, long group) =>
        new Scope(accountId, region).Key(LogsTables.Key(group) + "/");

    public static string KeyOf(string accountId, string region, long group, string name) =>
        PrefixOf(accountId, region, group) + name;
}
