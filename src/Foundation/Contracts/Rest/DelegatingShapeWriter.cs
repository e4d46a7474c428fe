using System.Text.Json;

namespace Estiba.Contracts.Rest;

/// <summary>A writer that hands all it is told to another, which may change.</summary>
internal abstract class DelegatingShapeWriter : ShapeWriter
{
    private protected abstract ShapeWriter Current { get; }

    public override void String(string value) => Current.String(value);

    public override void Integer(int value) => Current.Integer(value);

    public override void Long(long value) => Current.Long(value);

    public override void Double(double value) => Current.Double(value);

    public override void Boolean(bool value) => Current.Boolean(value);

    public override void Timestamp(DateTimeOffset value) => Current.Timestamp(value);

    public override void Blob(ReadOnlyMemory<byte> value) => Current.Blob(value);

    public override void Document(JsonElement value) => Current.Document(value);

    protected internal override void BeginList() => Current.BeginList();

    protected internal override void Item(int index) => Current.Item(index);

    protected internal override void EndList() => Current.EndList();

    protected internal override void BeginMap() => Current.BeginMap();

    protected internal override void Key(int index, string key) => Current.Key(index, key);

    protected internal override void EndEntry() => Current.EndEntry();

    protected internal override void EndMap() => Current.EndMap();
}
