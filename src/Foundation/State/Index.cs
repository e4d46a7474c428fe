namespace Estiba.State;

/// <summary>A second order of a table's records, for finding them by something other than their key.</summary>
/// <typeparam name="TRecord">The table's record.</typeparam>
public sealed class Index<TRecord>
    where TRecord : class
{
    /// <summary>Declares an index.</summary>
    /// <param name="name">What the index is called in messages, unique in its table.</param>
    /// <param name="key">The index key of a record, the same at every call; null for a record that is not in the index.
    /// Any number of records may have the same key.</param>
    public Index(string name, Func<TRecord, string?> key)
        : this(name, key, (_, whole) => whole) { }

    /// <summary>
    /// Declares an index whose keys are made of a part that may change and of what a record's own key tells anyway: the
    /// whole is made only when the part changes.
    /// </summary>
    /// <param name="name">What the index is called in messages, unique in its table.</param>
    /// <param name="part">What of a record decides the index key; null for a record that is not in the index.</param>
    /// <param name="key">The index key of a record with its part. For records with the same primary key it depends on
    /// the part alone.</param>
    public Index(string name, Func<TRecord, string?> part, Func<TRecord, string, string> key) =>
        (Name, Key) = (name, new DerivedKey<TRecord>(part, key));

    /// <summary>What the index is called in messages.</summary>
    public string Name { get; }

    internal DerivedKey<TRecord> Key { get; }
}
