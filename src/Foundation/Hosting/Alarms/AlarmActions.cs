namespace Estiba.Hosting.Alarms;

/// <summary>Those who carry out what an alarm's actions name. A service whose resources can be named there adds itself
/// when its module opens.</summary>
public sealed class AlarmActions
{
    private IReadOnlyList<IAlarmAction> _all = [];

    /// <summary>Those of a platform; the first module that asks makes them, and shares them.</summary>
    public static AlarmActions Of(ModuleHost host)
    {
        ArgumentNullException.ThrowIfNull(host);
        if (host.Find<AlarmActions>() is { } shared)
            return shared;
        var made = new AlarmActions();
        host.Share(made);
        return made;
    }

    /// <summary>Adds a service.</summary>
    public void Add(IAlarmAction action) => _all = [.. _all, action];

    /// <summary>Who carries out an action; null when nobody does.</summary>
    /// <param name="arn">As it stands in the alarm.</param>
    public IAlarmAction? For(string arn) => _all.FirstOrDefault(action => action.Takes(arn));
}

/// <summary>Carries out actions of alarms.</summary>
public interface IAlarmAction
{
    /// <summary>Whether an ARN names something that this one can do.</summary>
    bool Takes(string arn);

    /// <summary>Does it. It may be asked again for the same change after a crash.</summary>
    /// <param name="arn">What to do.</param>
    /// <param name="change">The change of the alarm that asks for it.</param>
    /// <param name="cancellation">Stops the platform.</param>
    /// <exception cref="Contracts.AwsException">It could not be done, and will not be by trying again.</exception>
    Task RunAsync(string arn, AlarmStateChange change, CancellationToken cancellation);
}

/// <summary>A change of an alarm's state, or that it has lasted for another period.</summary>
/// <param name="AlarmArn">The alarm.</param>
/// <param name="OldState"><c>OK</c>, <c>ALARM</c> or <c>INSUFFICIENT_DATA</c>.</param>
/// <param name="NewState">Likewise.</param>
/// <param name="Time">When it changed.</param>
/// <param name="Value">The newest datapoint that decided; null where there was none.</param>
/// <param name="Threshold">What it was compared with; null for alarms without one.</param>
public sealed record AlarmStateChange(
    string AlarmArn,
    string OldState,
    string NewState,
    DateTimeOffset Time,
    double? Value,
    double? Threshold
);
