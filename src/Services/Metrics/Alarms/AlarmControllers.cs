using Estiba.Contracts.Ec2;
using Estiba.Contracts.Sns;
using Estiba.Hosting;
using Estiba.Hosting.Alarms;
using Estiba.Hosting.Calls;
using Estiba.Hosting.Controllers;
using Estiba.Metrics.Alarms.Actions;
using Estiba.Metrics.Alarms.Composites;
using Estiba.Metrics.Series;

namespace Estiba.Metrics.Alarms;

/// <summary>What watches alarms, and which changes concern whom.</summary>
internal static class AlarmControllers
{
    /// <summary>The controllers of alarms.</summary>
    internal static IReadOnlyList<Controller> Of(ModuleHost host, IMetricReader reader, AlarmActions actions)
    {
        var store = host.Store;
        var caller = CallPrincipal.Service(AlarmCaller.Service);
        actions.Add(
            new Ec2Action(host.Neighbour<IEc2Api>(caller), arn =>
                Contracts.Arn.TryParse(arn, out var parts)
                    ? store
                        .Current.Find(
                            MetricsTables.Alarms,
                            new Scope(parts.AccountId, parts.Region).Key(parts.ResourceName)
                        )
                        ?.Metric?.Dimensions.FirstOrDefault(dimension => dimension.Name == "InstanceId")
                        ?.Value
                    : null
            )
        );
        return
        [
            new Controller("cloudwatch.alarms", new AlarmReconciler(store, reader, host.Time))
            {
                AtStart = view =>
                    view.Range(MetricsTables.Alarms)
                        .Where(alarm => alarm.Metric is not null)
                        .Select(alarm => alarm.Key),
                Triggers =
                [
                    Trigger.On(MetricsTables.Alarms, change =>
                        change.After is { Metric: not null } ? change.Key : null
                    ),
                ],
            },
            new Controller("cloudwatch.composite-alarms", store, new CompositeReconciler(host.Time).Step)
            {
                AtStart = view =>
                    view.Range(MetricsTables.Alarms)
                        .Where(alarm => alarm.Composite is not null)
                        .Select(alarm => alarm.Key),
                Triggers =
                [
                    Trigger.On(MetricsTables.Alarms, change =>
                        change.After is { Composite: not null } ? change.Key : null
                    ),
                    Trigger.OnAll(MetricsTables.AlarmStates, (changes, enqueue) =>
                    {
                        foreach (var change in changes)
                        {
                            if ((change.After ?? change.Before) is not { } state)
                                continue;
                            if (change.After?.Value == change.Before?.Value)
                                continue;
                            var parents = CompositeReconciler.ParentsOf(changes.View, state.Scope, state.Name);
                            foreach (var parent in parents)
                                enqueue(parent);
                        }
                    }),
                ],
            },
            new Controller(
                "cloudwatch.alarm-actions",
                new ActionReconciler(store, host.Neighbour<ISnsApi>(caller), actions, host.Time)
            )
            {
                AtStart = view => view.Range(MetricsTables.PendingActions).Select(action => action.Key),
                Triggers =
                [
                    Trigger.On(MetricsTables.PendingActions, change =>
                        change is { After.Tries: 0 } ? change.Key : null
                    ),
                ],
            },
        ];
    }
}
