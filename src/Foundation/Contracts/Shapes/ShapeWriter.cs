using System.Text.Json;

namespace Estiba.Contracts;

/// <summary>
/// Writes structures in one protocol's form. Generated code names each value in turn; a protocol writes it.
/// </summary>
public abstract class ShapeWriter
{
    /// <summary>Opens a structure.</summary>
    public abstract void BeginStructure(StructureSchema schema);

    /// <summary>Closes the structure.</summary>
    public abstract void EndStructure();

    /// <summary>Says which member the next value belongs to.</summary>
    public abstract void Member(MemberSchema member);

    /// <summary>Writes text.</summary>
    public abstract void String(string value);

    /// <summary>Writes a 32-bit integer.</summary>
    public virtual void Integer(int value) => Long(value);

    /// <summary>Writes a 64-bit integer.</summary>
    public abstract void Long(long value);

    /// <summary>Writes a floating-point number.</summary>
    public abstract void Double(double value);

    /// <summary>Writes true or false.</summary>
    public abstract void Boolean(bool value);

    /// <summary>Writes a point in time, to the millisecond.</summary>
    public abstract void Timestamp(DateTimeOffset value);

    /// <summary>Writes bytes.</summary>
    public abstract void Blob(ReadOnlyMemory<byte> value);

    /// <summary>Writes JSON of any shape.</summary>
    public abstract void Document(JsonElement value);

    /// <summary>Passes on bytes that come while they are written.</summary>
    public virtual void Stream(Stream value) => String("(a stream)");

    /// <summary>Passes on the events of a stream, which follow the answer.</summary>
    public virtual void Events(IAsyncEnumerable<IShape> events) => String("(a stream of events)");

    /// <summary>Writes a list.</summary>
    public void List<T>(IReadOnlyList<T> items, Action<ShapeWriter, T> writeItem)
    {
        BeginList();
        for (var index = 0; index < items.Count; index++)
        {
            Item(index);
            writeItem(this, items[index]);
        }

        EndList();
    }

    /// <summary>Writes a map.</summary>
    public void Map<T>(IReadOnlyDictionary<string, T> entries, Action<ShapeWriter, T> writeValue)
    {
        BeginMap();
        var index = 0;
        foreach (var (key, value) in entries)
        {
            Key(index++, key);
            writeValue(this, value);
            EndEntry();
        }

        EndMap();
    }

    /// <summary>Opens a list.</summary>
    protected internal abstract void BeginList();

    /// <summary>Says that the next value is the list's item with this index.</summary>
    protected internal abstract void Item(int index);

    /// <summary>Closes the list.</summary>
    protected internal abstract void EndList();

    /// <summary>Opens a map.</summary>
    protected internal abstract void BeginMap();

    /// <summary>Says the key of the next value, which is the map's entry with this index.</summary>
    protected internal abstract void Key(int index, string key);

    /// <summary>Says that the entry's value is written.</summary>
    protected internal virtual void EndEntry() { }

    /// <summary>Closes the map.</summary>
    protected internal abstract void EndMap();
}
