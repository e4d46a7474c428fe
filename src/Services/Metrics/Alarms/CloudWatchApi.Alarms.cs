using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;
using Estiba.Metrics.Alarms;
using Estiba.Metrics.Alarms.Actions;
using Estiba.Metrics.Alarms.Composites;
using Estiba.Metrics.Tags;
using Estiba.State;

namespace Estiba.Metrics;

/// <content>Putting and deleting alarms.</content>
public sealed partial class CloudWatchApi
{
    private const int LongestRulePeriod = 1_000_000_000;

    /// <inheritdoc/>
    public async Task<PutMetricAlarmResponse> PutMetricAlarmAsync(
        PutMetricAlarmInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var settings = MetricSettingsReader.Read(request, context.AccountId);
        var alarm = new AlarmRecord
        {
            Scope = Scope.Of(context),
            Name = request.AlarmName!,
            Description = request.AlarmDescription,
            ActionsEnabled = request.ActionsEnabled ?? true,
            OkActions = AlarmChecks.Kept(request.OKActions),
            AlarmActions = AlarmChecks.Kept(request.AlarmActions),
            InsufficientDataActions = AlarmChecks.Kept(request.InsufficientDataActions),
            ConfiguredAt = Now,
            Metric = settings,
        };
        CheckActions(alarm);
        await _store.CommitAsync(transaction => PutAlarm(transaction, alarm, request.Tags), cancellation);
        return new PutMetricAlarmResponse();
    }

    /// <inheritdoc/>
    public async Task<PutCompositeAlarmResponse> PutCompositeAlarmAsync(
        PutCompositeAlarmInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var scope = Scope.Of(context);
        var rule = AlarmRuleParser.Parse(request.AlarmRule!);
        CheckSuppressor(request);
        var alarm = new AlarmRecord
        {
            Scope = scope,
            Name = request.AlarmName!,
            Description = request.AlarmDescription,
            ActionsEnabled = request.ActionsEnabled ?? true,
            OkActions = AlarmChecks.Kept(request.OKActions),
            AlarmActions = AlarmChecks.Kept(request.AlarmActions),
            InsufficientDataActions = AlarmChecks.Kept(request.InsufficientDataActions),
            ConfiguredAt = Now,
            Composite = new CompositeSettings
            {
                Rule = request.AlarmRule!,
                Children = [.. rule.Alarms.Select(text => AlarmRecord.NameIn(scope, text)).OfType<string>().Distinct()],
                Suppressor = request.ActionsSuppressor,
                WaitPeriod = request.ActionsSuppressorWaitPeriod,
                ExtensionPeriod = request.ActionsSuppressorExtensionPeriod,
            },
        };
        CheckActions(alarm);
        await _store.CommitAsync(
            transaction =>
            {
                RequireAlarms(transaction, scope, rule);
                if (request.ActionsSuppressor is { } suppressor && FindAlarm(transaction, scope, suppressor) is null)
                    throw AlarmErrors.Invalid($"The actions suppressor alarm {suppressor} does not exist");
                PutAlarm(transaction, alarm, request.Tags);
            },
            cancellation
        );
        return new PutCompositeAlarmResponse();
    }

    /// <inheritdoc/>
    public async Task<DeleteAlarmsResponse> DeleteAlarmsAsync(
        DeleteAlarmsInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var (scope, names) = (Scope.Of(context), request.AlarmNames!.ToHashSet());
        await _store.CommitAsync(
            transaction =>
            {
                var alarms = names
                    .Select(name => transaction.Find(MetricsTables.Alarms, scope.Key(name)))
                    .OfType<AlarmRecord>()
                    .ToList();
                if (alarms.Count(alarm => alarm.Composite is not null) > 1)
                    throw AlarmErrors.Invalid("At most one composite alarm can be deleted in one request");
                foreach (var alarm in alarms)
                {
                    // What is deleted in the same request does not hold the others.
                    var parents = CompositeReconciler.ParentsByRule(transaction, scope, alarm.Name);
                    if (parents.Any(parent => !names.Contains(parent.Name) || parent.Name == alarm.Name))
                        throw AlarmErrors.Invalid(
                            $"Cannot delete {alarm.Name} as there are composite alarm(s) depending on it."
                        );
                }

                foreach (var alarm in alarms)
                    Delete(transaction, alarm);
            },
            cancellation
        );
        return new DeleteAlarmsResponse();
    }

    private void Delete(Transaction transaction, AlarmRecord alarm)
    {
        var state = transaction.Find(MetricsTables.AlarmStates, alarm.Key)!;
        transaction.Delete(MetricsTables.Alarms, alarm.Key);
        transaction.Delete(MetricsTables.AlarmStates, alarm.Key);
        ResourceTags.Delete(transaction, alarm.Arn);
        AlarmHistoryRecord.Add(
            transaction,
            alarm,
            Now,
            HistoryItemType.ConfigurationUpdate,
            $"Alarm \"{alarm.Name}\" deleted",
            AlarmDescription.Json(alarm, state, "Delete")
        );
    }

    private static void PutAlarm(Transaction transaction, AlarmRecord alarm, IReadOnlyList<Tag>? tags)
    {
        var known = transaction.Find(MetricsTables.Alarms, alarm.Key);
        if (known is not null && known.Type != alarm.Type)
            throw AlarmErrors.Invalid($"An alarm named {alarm.Name} of type {known.Type} already exists");
        if (known is null && transaction.Count(MetricsTables.Alarms, alarm.Scope.Prefix) >= AlarmChecks.Most)
            throw CloudWatchErrors.LimitExceededFault(
                $"You have reached the maximum of {AlarmChecks.Most} alarms in this Region."
            );
        var state = known is null
            ? AlarmStateRecord.Of(alarm)
            : transaction.Find(MetricsTables.AlarmStates, alarm.Key)!;
        transaction.Put(MetricsTables.Alarms, alarm);
        if (known is null)
        {
            transaction.Put(MetricsTables.AlarmStates, state);
            // Of an alarm that is there tags are ignored.
            ResourceTags.Put(transaction, alarm.Arn, tags);
        }
        else if (alarm.Composite is { Suppressor: null } && state.Suppression is not null)
        {
            transaction.Put(MetricsTables.AlarmStates, state with { Suppression = null });
        }

        AlarmHistoryRecord.Add(
            transaction,
            alarm,
            alarm.ConfiguredAt,
            HistoryItemType.ConfigurationUpdate,
            $"Alarm \"{alarm.Name}\" {(known is null ? "created" : "updated")}",
            AlarmDescription.Json(alarm, state, known is null ? "Create" : "Update")
        );
    }

    private void CheckActions(AlarmRecord alarm)
    {
        AlarmChecks.CheckName(alarm.Name);
        List<string> arns = [.. alarm.OkActions, .. alarm.AlarmActions, .. alarm.InsufficientDataActions];
        AlarmChecks.CheckActions(_actions, arns, topicsAlone: alarm.Composite is not null);
        if (!arns.Any(Ec2Action.IsOfEc2))
            return;
        if (alarm.Metric is { Metrics.Count: > 0 })
            throw AlarmErrors.Invalid("Alarms based on math expressions cannot perform Amazon EC2 actions.");
        if (alarm.Metric!.Dimensions.All(dimension => dimension.Name != "InstanceId"))
            throw AlarmErrors.Invalid("Amazon EC2 actions need a metric with the dimension InstanceId.");
    }

    private static void CheckSuppressor(PutCompositeAlarmInput request)
    {
        if (request.ActionConfiguration is not null)
            throw AlarmErrors.NotSupported("ActionConfiguration");
        var (wait, extension) = (request.ActionsSuppressorWaitPeriod, request.ActionsSuppressorExtensionPeriod);
        if (request.ActionsSuppressor is null != (wait is null) || wait is null != (extension is null))
            throw AlarmErrors.Invalid(
                "ActionsSuppressor, ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod must be specified"
                    + " together"
            );
        if (wait is < 0 or > LongestRulePeriod || extension is < 0 or > LongestRulePeriod)
            throw AlarmErrors.Invalid(
                "ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod must not be negative"
            );
    }

    private static void RequireAlarms(View view, Scope scope, AlarmRule rule)
    {
        var missing = rule.Alarms.Where(text => FindAlarm(view, scope, text) is null).ToList();
        if (missing.Count > 0)
            throw AlarmErrors.Invalid(
                $"Could not save the composite alarm as alarms [{string.Join(", ", missing)}] in the alarm rule do not"
                    + " exist"
            );
    }

    /// <summary>An alarm by its name or ARN.</summary>
    private static AlarmRecord? FindAlarm(View view, Scope scope, string text) =>
        AlarmRecord.NameIn(scope, text) is { } name ? view.Find(MetricsTables.Alarms, scope.Key(name)) : null;
}
