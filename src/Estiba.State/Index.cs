namespace Estiba.State;

/// <summary>A second order of a table's records, for finding them by something other than their key.</summary>
/// <typeparam name="TRecord">The table's record.</typeparam>
/// <param name="name">What the index is called in messages, unique in its table.</param>
/// <param name="key">The index key of a record, the same at every call; null for a record that is not in the index.
/// Any number of records may have the same key.</param>
public sealed class Index<TRecord>(string name, Func<TRecord, string?> key)
    where TRecord : class
{
    /// <summary>What the index is called in messages.</summary>
    public string Name { get; } = name;

    internal string? KeyOf(TRecord record) => key(record);
}
