namespace Estiba.Metrics.Alarms.Composites;

/// <summary>When a composite alarm is in alarm.</summary>
internal abstract record AlarmRule
{
    /// <summary>Whether it holds.</summary>
    /// <param name="stateOf">The state of an alarm, by how the rule names it; null where there is none.</param>
    internal abstract bool Holds(Func<string, string?> stateOf);

    /// <summary>The alarms that it names, each once, as they are named.</summary>
    internal IReadOnlyList<string> Alarms => [.. Named().Distinct()];

    private protected abstract IEnumerable<string> Named();

    /// <summary><c>TRUE</c> or <c>FALSE</c>.</summary>
    internal sealed record Constant(bool Value) : AlarmRule
    {
        internal override bool Holds(Func<string, string?> stateOf) => Value;

        private protected override IEnumerable<string> Named() => [];
    }

    /// <summary>That an alarm is in a state: <c>ALARM("name")</c>.</summary>
    internal sealed record Is(string State, string Alarm) : AlarmRule
    {
        internal override bool Holds(Func<string, string?> stateOf) => stateOf(Alarm) == State;

        private protected override IEnumerable<string> Named() => [Alarm];
    }

    /// <summary>The contrary.</summary>
    internal sealed record Not(AlarmRule Rule) : AlarmRule
    {
        internal override bool Holds(Func<string, string?> stateOf) => !Rule.Holds(stateOf);

        private protected override IEnumerable<string> Named() => Rule.Named();
    }

    /// <summary>All of several.</summary>
    internal sealed record All(IReadOnlyList<AlarmRule> Rules) : AlarmRule
    {
        internal override bool Holds(Func<string, string?> stateOf) => Rules.All(rule => rule.Holds(stateOf));

        private protected override IEnumerable<string> Named() => Rules.SelectMany(rule => rule.Named());
    }

    /// <summary>One of several.</summary>
    internal sealed record Any(IReadOnlyList<AlarmRule> Rules) : AlarmRule
    {
        internal override bool Holds(Func<string, string?> stateOf) => Rules.Any(rule => rule.Holds(stateOf));

        private protected override IEnumerable<string> Named() => Rules.SelectMany(rule => rule.Named());
    }
}
