using System.Text.Json;

namespace Estiba.Contracts;

/// <summary>
/// Reads structures from one protocol's form. Generated code asks for each value in turn; a protocol answers.
/// </summary>
public abstract class ShapeReader
{
    /// <summary>Steps into a structure.</summary>
    public abstract void BeginStructure(StructureSchema schema);

    /// <summary>
    /// The next member of the structure that is present and known, or -1 at its end, which steps out.
    /// </summary>
    public abstract int NextMember(StructureSchema schema);

    /// <summary>The current value as text.</summary>
    public abstract string ReadString();

    /// <summary>The current value as a 32-bit integer.</summary>
    public abstract int ReadInteger();

    /// <summary>The current value as a 64-bit integer.</summary>
    public abstract long ReadLong();

    /// <summary>The current value as a floating-point number.</summary>
    public abstract double ReadDouble();

    /// <summary>The current value as true or false.</summary>
    public abstract bool ReadBoolean();

    /// <summary>The current value as a point in time.</summary>
    public abstract DateTimeOffset ReadTimestamp();

    /// <summary>The current value as bytes.</summary>
    public abstract ReadOnlyMemory<byte> ReadBlob();

    /// <summary>The current value as JSON of any shape.</summary>
    public abstract JsonElement ReadDocument();

    /// <summary>The current value as bytes that come while they are read.</summary>
    /// <exception cref="AwsException">The protocol has no streams.</exception>
    public virtual Stream ReadStream() => throw AwsException.Serialization("A stream cannot be read here");

    /// <summary>The current value as the events of a stream.</summary>
    /// <exception cref="AwsException">The protocol has no streams.</exception>
    public virtual IAsyncEnumerable<T> ReadEvents<T>()
        where T : IShape<T> => throw AwsException.Serialization("A stream of events cannot be read here");

    /// <summary>Makes sure that nothing follows what was read.</summary>
    /// <exception cref="AwsException">Something does.</exception>
    public virtual void End() { }

    /// <summary>The first members that were there and not in the contract, with their structures' names.</summary>
    public virtual IReadOnlyList<string> Ignored => [];

    /// <summary>The current value as a list.</summary>
    /// <param name="readItem">Reads one item.</param>
    public IReadOnlyList<T> ReadList<T>(Func<ShapeReader, T> readItem)
    {
        var items = new List<T>();
        BeginList();
        while (NextItem())
            items.Add(readItem(this));
        return items;
    }

    /// <summary>The current value as a map; the last of several equal keys counts.</summary>
    /// <param name="readValue">Reads one value.</param>
    public IReadOnlyDictionary<string, T> ReadMap<T>(Func<ShapeReader, T> readValue)
    {
        var entries = new Dictionary<string, T>(StringComparer.Ordinal);
        BeginMap();
        while (NextKey() is { } key)
            entries[key] = readValue(this);
        return entries;
    }

    /// <summary>Passes over the current value.</summary>
    internal virtual void SkipValue() => ReadDocument();

    /// <summary>Steps into a list.</summary>
    protected internal abstract void BeginList();

    /// <summary>Moves to the next item; false at the end, which steps out.</summary>
    protected internal abstract bool NextItem();

    /// <summary>Steps into a map.</summary>
    protected internal abstract void BeginMap();

    /// <summary>Moves to the next entry; null at the end, which steps out.</summary>
    protected internal abstract string? NextKey();
}
