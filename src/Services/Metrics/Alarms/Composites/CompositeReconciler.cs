using System.Text.Json;
using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;
using Estiba.State;

namespace Estiba.Metrics.Alarms.Composites;

/// <summary>Brings a composite alarm into the state that its rule says, and carries out what was suppressed when its
/// time comes. One that depends on itself is left as it is, as on AWS.</summary>
internal sealed class CompositeReconciler(TimeProvider time)
{
    /// <summary>Takes the next step of a composite alarm.</summary>
    /// <returns>After which time to look again.</returns>
    internal TimeSpan? Step(Transaction transaction, string key)
    {
        if (
            transaction.Find(MetricsTables.Alarms, key) is not { Composite: { } settings } alarm
            || transaction.Find(MetricsTables.AlarmStates, key) is not { } before
        )
            return null;
        if (DependsOnItself(transaction, alarm))
            return null;
        var now = time.GetUtcNow();
        var suppressed = settings.Suppressor is { } suppressor
            ? StateOf(transaction, alarm.Scope, suppressor) == StateValue.Alarm
            : (bool?)null;
        var step = CompositeStep.Of(alarm, before, Verdict(transaction, alarm, before), suppressed, now);
        if (!ReferenceEquals(step.State, before))
            AlarmTransitions.Put(transaction, alarm, before, step.State);
        if (step.ActFrom is { } from)
            AlarmTransitions.Ask(transaction, alarm, from, step.State, null, now, alarm.ActionsFor(step.State.Value));
        return step.LookAgain - now;
    }

    /// <summary>The keys of the composite alarms that an alarm's state concerns: those with it in their rule, or as
    /// suppressor.</summary>
    internal static IEnumerable<string> ParentsOf(View view, Scope scope, string name) =>
        Parents(view, scope, name).Select(parent => parent.Key);

    /// <summary>The composite alarms that have an alarm in their rule.</summary>
    internal static IEnumerable<AlarmRecord> ParentsByRule(View view, Scope scope, string name) =>
        Parents(view, scope, name).Where(parent => parent.Composite!.Children.Contains(name));

    private static IEnumerable<AlarmRecord> Parents(View view, Scope scope, string name) =>
        view.Where(MetricsTables.Alarms, MetricsTables.CompositeAlarms, scope.Prefix)
            .Where(parent =>
                parent.Composite!.Children.Contains(name)
                || (parent.Composite.Suppressor is { } suppressor && AlarmRecord.NameIn(scope, suppressor) == name)
            );

    /// <summary>Whether an alarm's rule leads back to it.</summary>
    internal static bool DependsOnItself(View view, AlarmRecord alarm)
    {
        var seen = new HashSet<string>();
        var waiting = new Stack<string>(alarm.Composite!.Children);
        while (waiting.TryPop(out var name))
        {
            if (name == alarm.Name)
                return true;
            if (!seen.Add(name))
                continue;
            foreach (var child in view.Find(MetricsTables.Alarms, alarm.Scope.Key(name))?.Composite?.Children ?? [])
                waiting.Push(child);
        }

        return false;
    }

    private static string? StateOf(View view, Scope scope, string text) =>
        AlarmRecord.NameIn(scope, text) is { } name
            ? view.Find(MetricsTables.AlarmStates, scope.Key(name))?.Value
            : null;

    private static CompositeVerdict Verdict(View view, AlarmRecord alarm, AlarmStateRecord before)
    {
        var rule = AlarmRuleParser.Parse(alarm.Composite!.Rule);
        var state = rule.Holds(text => StateOf(view, alarm.Scope, text)) ? StateValue.Alarm : StateValue.Ok;
        var children = alarm
            .Composite.Children.Select(name => view.Find(MetricsTables.AlarmStates, alarm.Scope.Key(name)))
            .OfType<AlarmStateRecord>()
            .OrderByDescending(child => child.TransitionedAt)
            .ToList();
        var changed = children.FirstOrDefault();
        if (changed is not null && changed.TransitionedAt > alarm.ConfiguredAt)
            return new CompositeVerdict(
                state,
                $"{AlarmRecord.ArnOf(alarm.Scope, changed.Name)} transitioned to {changed.Value} at"
                    + $" {AlarmText.Long(changed.TransitionedAt)}",
                Triggering([changed])
            );
        var put = before.TransitionedAt == alarm.ConfiguredAt ? "created" : "updated";
        return new CompositeVerdict(
            state,
            $"{alarm.Arn} was {put} and its alarm rule evaluates to {state}",
            Triggering(children)
        );
    }

    // As many as fit into what AWS allows for the whole.
    private static string Triggering(IReadOnlyList<AlarmStateRecord> children) =>
        AlarmText.Json(json =>
        {
            json.WriteStartArray("triggeringAlarms");
            foreach (var child in children.Take(10))
                Write(json, child);
            json.WriteEndArray();
        });

    private static void Write(Utf8JsonWriter json, AlarmStateRecord child)
    {
        json.WriteStartObject();
        json.WriteString("arn", AlarmRecord.ArnOf(child.Scope, child.Name));
        json.WriteStartObject("state");
        json.WriteString("value", child.Value);
        json.WriteString("timestamp", AlarmText.Of(child.TransitionedAt));
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
