namespace Estiba.State;

/// <summary>
/// What a table's records amount to, per key: a value that follows every put and delete, and is as consistent and as cheap to read as the
/// records themselves. It is computed anew when the store is opened, and never written to the journal.
/// </summary>
/// <typeparam name="TRecord">The table's record.</typeparam>
public abstract class Aggregate<TRecord>
    where TRecord : class
{
    private readonly Func<TRecord, string?> key;

    private protected Aggregate(string name, Func<TRecord, string?> key)
    {
        Name = name;
        this.key = key;
    }

    /// <summary>What the aggregate is called in messages.</summary>
    public string Name { get; }

    internal string? KeyOf(TRecord record) => key(record);

    internal abstract AggregateState<TRecord> Empty();
}

/// <inheritdoc cref="Aggregate{TRecord}"/>
/// <typeparam name="TValue">The value of a key; never changed after it was given out.</typeparam>
/// <remarks>
/// Records are added and removed in any order, so the value must not depend on it; and a record that is removed after others were added must
/// leave exactly what the others alone would make. A key with no records has no value of its own: it is <c>empty</c> again.
/// </remarks>
public sealed class Aggregate<TRecord, TValue> : Aggregate<TRecord>
    where TRecord : class
    where TValue : class
{
    private readonly Func<TValue, TRecord?, TRecord?, TValue> change;

    /// <summary>Declares an aggregate.</summary>
    /// <param name="name">What it is called in messages, unique in its table.</param>
    /// <param name="key">The key that a record counts for, the same at every call; null for a record that counts nowhere.</param>
    /// <param name="empty">The value of a key that no record counts for.</param>
    /// <param name="change">The value of a key without a record (the first, null for none) and with another (the second, null for none). Both
    /// are given when one replaces the other under the same key; answering the very value that was given says that nothing changes, and costs
    /// nothing.</param>
    public Aggregate(string name, Func<TRecord, string?> key, TValue empty, Func<TValue, TRecord?, TRecord?, TValue> change)
        : base(name, key)
    {
        EmptyValue = empty;
        this.change = change;
    }

    internal TValue EmptyValue { get; }

    internal TValue Change(TValue value, TRecord? before, TRecord? after) => change(value, before, after);

    internal override AggregateState<TRecord> Empty() => new AggregateState<TRecord, TValue>(this, default);
}
