using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Estiba.State;

/// <summary>
/// A declared table of the store: its name in the journal, its key, its JSON, its indexes and its aggregates. It holds
/// no records itself.
/// </summary>
public abstract class Table
{
    private protected Table(string name) => Name = name;

    /// <summary>The name in the journal; it must stay the same from version to version.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public override string ToString() => Name;

    /// <summary>How its records are written in the journal.</summary>
    /// <exception cref="InvalidOperationException">Nobody knows.</exception>
    public abstract JsonTypeInfo Json { get; }

    internal abstract TableState Empty();
}

/// <summary>A table of immutable records of one type.</summary>
/// <typeparam name="TRecord">The record; never changed after it was put.</typeparam>
public sealed class Table<TRecord> : Table
    where TRecord : class
{
    private readonly Func<TRecord, string> _key;
    private readonly JsonSerializerContext _context;
    private JsonTypeInfo<TRecord>? _json;
    private readonly Index<TRecord>[] _indexes;
    private readonly Aggregate<TRecord>[] _aggregates = [];

    /// <summary>Declares a table.</summary>
    /// <param name="name">The name in the journal; unique in a store, the same from version to version.</param>
    /// <param name="key">The key of a record, the same at every call, ordered by UTF-16 code units,
    /// for example <c>123456789012/eu-west-1/name</c>.</param>
    /// <param name="json">Knows how a record is written in the journal; it is asked with the first record, since most
    /// tables of a platform that starts have none. A member that is added later must have a
    /// default. A member that cannot be read, because its type is another than it was, is left out
    /// (<see cref="LenientReading"/>); one that is required must keep its type.</param>
    /// <param name="indexes">The table's other orders. They are built when the store is opened and may change from
    /// version to version.</param>
    public Table(string name, Func<TRecord, string> key, JsonSerializerContext json, params Index<TRecord>[] indexes)
        : base(name)
    {
        _key = key;
        _context = json;
        _indexes = [.. indexes];
    }

    /// <summary>
    /// What is kept of the records, per key. Aggregates are computed when the store is opened and may change from
    /// version to version.
    /// </summary>
    public IReadOnlyList<Aggregate<TRecord>> Aggregates
    {
        get => _aggregates;
        init => _aggregates = [.. value];
    }

    internal ReadOnlySpan<Index<TRecord>> Indexes => _indexes;

    /// <inheritdoc/>
    public override JsonTypeInfo<TRecord> Json =>
        _json ??=
            _context.GetTypeInfo(typeof(TRecord)) as JsonTypeInfo<TRecord>
            ?? throw new InvalidOperationException($"The JSON of table '{Name}' does not know {typeof(TRecord).Name}.");

    /// <summary>The key of a record.</summary>
    public string KeyOf(TRecord record) => _key(record);

    internal int PositionOf(Index<TRecord> index)
    {
        var position = Array.IndexOf(_indexes, index);
        return position >= 0
            ? position
            : throw new InvalidOperationException($"Table '{Name}' was not declared with the index '{index.Name}'.");
    }

    internal int PositionOf(Aggregate<TRecord> aggregate)
    {
        var position = Array.IndexOf(_aggregates, aggregate);
        return position >= 0
            ? position
            : throw new InvalidOperationException(
                $"Table '{Name}' was not declared with the aggregate '{aggregate.Name}'."
            );
    }

    internal void Write(TRecord record, Utf8JsonWriter writer) => JsonSerializer.Serialize(writer, record, Json);

    internal TRecord Read(ReadOnlySpan<byte> value, out IReadOnlyList<string>? unread) =>
        LenientReading.Read(value, Json, out unread);

    internal override TableState Empty() => new TableState<TRecord>(this);
}
