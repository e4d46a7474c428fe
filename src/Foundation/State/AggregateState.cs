using Estiba.State.Maps;

namespace Estiba.State;

/// <summary>The value of one key and the number of records that it is made of.</summary>
internal readonly record struct Tally<TValue>(string Key, int Records, TValue Value) : ISortItem<Tally<TValue>, TextKey>
{
    TextKey ISortItem<Tally<TValue>, TextKey>.SortKey => new(Key);

    public static Tally<TValue> Share(in Tally<TValue> item, in Tally<TValue> neighbour) => item;
}

/// <summary>The values of one aggregate. It is changed only with the table's content that it belongs to.</summary>
internal abstract class AggregateState<TRecord>
    where TRecord : class
{
    internal abstract AggregateState<TRecord> Copy();

    /// <summary>Counts one record in place of another; either may be null.</summary>
    internal abstract void Replace(TRecord? before, TRecord? after, Owner owner);
}

/// <inheritdoc cref="AggregateState{TRecord}"/>
internal sealed class AggregateState<TRecord, TValue>(
    Aggregate<TRecord, TValue> aggregate,
    SortedMap<TextKey, Tally<TValue>> tallies
) : AggregateState<TRecord>
    where TRecord : class
    where TValue : class
{
    internal SortedMap<TextKey, Tally<TValue>> Tallies { get; private set; } = tallies;

    internal TValue Find(string key) =>
        Tallies.TryFind(new TextKey(key), out var tally) ? tally.Value : aggregate.EmptyValue;

    internal override AggregateState<TRecord> Copy() => new AggregateState<TRecord, TValue>(aggregate, Tallies);

    internal override void Replace(TRecord? before, TRecord? after, Owner owner)
    {
        if (aggregate.Key.IsSame(before, after))
        {
            if (aggregate.Key.Of(after) is { } key)
                Change(key, before, after, owner);
            return;
        }

        if (aggregate.Key.Of(before) is { } oldKey)
            Change(oldKey, before, null, owner);
        if (aggregate.Key.Of(after) is { } newKey)
            Change(newKey, null, after, owner);
    }

    private void Change(string key, TRecord? before, TRecord? after, Owner owner)
    {
        var known = Tallies.TryFind(new TextKey(key), out var tally)
            ? tally
            : new Tally<TValue>(key, 0, aggregate.EmptyValue);
        var records = known.Records - (before is null ? 0 : 1) + (after is null ? 0 : 1);
        if (records == 0)
        {
            Tallies = Tallies.Remove(new TextKey(key), owner);
            return;
        }

        var value = aggregate.Change(known.Value, before, after);
        if (records == known.Records && ReferenceEquals(value, known.Value))
            return;
        Tallies = Tallies.Set(new Tally<TValue>(known.Key, records, value), owner);
    }
}
