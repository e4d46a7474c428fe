namespace Estiba.State;

/// <summary>
/// What a table's records amount to, per key: a value that follows every put and delete, and is as consistent and as
/// cheap to read as the records themselves. It is computed anew when the store is opened, and never written to the
/// journal.
/// </summary>
/// <typeparam name="TRecord">The table's record.</typeparam>
public abstract class Aggregate<TRecord>
    where TRecord : class
{
    private protected Aggregate(string name, DerivedKey<TRecord> key) => (Name, Key) = (name, key);

    /// <summary>What the aggregate is called in messages.</summary>
    public string Name { get; }

    internal DerivedKey<TRecord> Key { get; }

    internal abstract AggregateState<TRecord> Empty();
}

/// <inheritdoc cref="Aggregate{TRecord}"/>
/// <typeparam name="TValue">The value of a key; never changed after it was given out.</typeparam>
/// <remarks>
/// Records are added and removed in any order, so the value must not depend on it; and a record that is removed after
/// others were added must leave exactly what the others alone would make. A key with no records has no value of its
/// own: it is <c>empty</c> again.
/// </remarks>
public sealed class Aggregate<TRecord, TValue> : Aggregate<TRecord>
    where TRecord : class
    where TValue : class
{
    private readonly Func<TValue, TRecord?, TRecord?, TValue> _change;

    /// <summary>Declares an aggregate.</summary>
    /// <param name="name">What it is called in messages, unique in its table.</param>
    /// <param name="key">The key that a record counts for, the same at every call; null for a record that counts
    /// nowhere.</param>
    /// <param name="empty">The value of a key that no record counts for.</param>
    /// <param name="change">The value of a key without a record (the first, null for none) and with another (the
    /// second, null for none). Both are given when one replaces the other under the same key; answering the very value
    /// that was given says that nothing changes, and costs nothing.</param>
    public Aggregate(
        string name,
        Func<TRecord, string?> key,
        TValue empty,
        Func<TValue, TRecord?, TRecord?, TValue> change
    )
        : this(name, key, (_, whole) => whole, empty, change) { }

    /// <summary>
    /// Declares an aggregate whose keys are made of a part that may change and of what a record's own key tells anyway.
    /// </summary>
    /// <param name="name">What it is called in messages, unique in its table.</param>
    /// <param name="part">What of a record decides the key; null for a record that counts nowhere.</param>
    /// <param name="key">The key that a record with its part counts for. For records with the same primary key it
    /// depends on the part alone.</param>
    /// <param name="empty">The value of a key that no record counts for.</param>
    /// <param name="change">As above.</param>
    public Aggregate(
        string name,
        Func<TRecord, string?> part,
        Func<TRecord, string, string> key,
        TValue empty,
        Func<TValue, TRecord?, TRecord?, TValue> change
    )
        : base(name, new DerivedKey<TRecord>(part, key))
    {
        EmptyValue = empty;
        _change = change;
    }

    internal TValue EmptyValue { get; }

    internal TValue Change(TValue value, TRecord? before, TRecord? after) => _change(value, before, after);

    internal override AggregateState<TRecord> Empty() => new AggregateState<TRecord, TValue>(this, default);
}
