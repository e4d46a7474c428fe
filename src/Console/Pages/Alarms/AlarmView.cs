namespace Estiba.Console.Pages.Alarms;

/// <summary>An alarm and what happened to it.</summary>
/// <param name="Alarm">The alarm.</param>
/// <param name="History">What happened, the last first.</param>
public sealed record AlarmView(Cw.MetricAlarm Alarm, IReadOnlyList<Cw.AlarmHistoryItem> History);
