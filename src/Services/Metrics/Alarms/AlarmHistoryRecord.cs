using System.Globalization;
using Estiba.Contracts;
using Estiba.State;

namespace Estiba.Metrics.Alarms;

/// <summary>Something that happened to an alarm, kept for thirty days, also of one that is gone.</summary>
internal sealed record AlarmHistoryRecord
{
    /// <summary>What AWS's summaries have at most.</summary>
    private const int LongestSummary = 255;

    private const int LongestData = 4095;

    /// <summary>The account and region it belongs to.</summary>
    public required Scope Scope { get; init; }

    /// <summary>The alarm.</summary>
    public required string Alarm { get; init; }

    /// <summary><c>MetricAlarm</c> or <c>CompositeAlarm</c>.</summary>
    public required string AlarmType { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Tells it from what happened at the same time.</summary>
    public required int Number { get; init; }

    /// <summary><c>ConfigurationUpdate</c>, <c>StateUpdate</c> or <c>Action</c>.</summary>
    public required string ItemType { get; init; }

    /// <summary>What, for people.</summary>
    public required string Summary { get; init; }

    /// <summary>What, as JSON.</summary>
    public string? Data { get; init; }

    /// <summary>Its key: the newest comes first.</summary>
    public string Key => $"{KeyAt(Scope, Time)}/{999_999_999 - Number:D9}";

    /// <summary>What keys of a time begin with.</summary>
    public static string KeyAt(Scope scope, DateTimeOffset time) =>
        scope.Key((long.MaxValue - time.UtcTicks).ToString("x16", CultureInfo.InvariantCulture));

    /// <summary>Writes down what happens.</summary>
    /// <param name="transaction">In the transaction that does it.</param>
    /// <param name="alarm">To which alarm.</param>
    /// <param name="time">When.</param>
    /// <param name="itemType">What it is.</param>
    /// <param name="summary">For people.</param>
    /// <param name="data">As JSON; left out where it is longer than AWS's.</param>
    public static void Add(
        Transaction transaction,
        AlarmRecord alarm,
        DateTimeOffset time,
        string itemType,
        string summary,
        string data
    )
    {
        var newest = transaction.Range(MetricsTables.AlarmHistory, KeyAt(alarm.Scope, time)).FirstOrDefault();
        transaction.Put(
            MetricsTables.AlarmHistory,
            new AlarmHistoryRecord
            {
                Scope = alarm.Scope,
                Alarm = alarm.Name,
                AlarmType = alarm.Type,
                Time = time,
                Number = (newest?.Number ?? 0) + 1,
                ItemType = itemType,
                Summary = summary.Length <= LongestSummary ? summary : summary[..LongestSummary],
                Data = data.Length <= LongestData ? data : null,
            }
        );
    }
}
