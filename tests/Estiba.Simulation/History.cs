using System.Runtime.CompilerServices;

namespace Estiba.Simulation;

/// <summary>What happened, a line each, for whoever wants to read it; costs nothing while nobody does.</summary>
internal sealed class History(Timeline timeline, TextWriter? output)
{
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

    /// <summary>Lets the long name of a thing be shown as a short one.</summary>
    internal void Name(string full, string brief) => _names[full] = brief;

    /// <summary>The short name of a thing; of a task's ARN or id, its first six digits.</summary>
    internal string Brief(string? full)
    {
        if (full is null)
            return "nobody";
        if (_names.TryGetValue(full, out var name))
            return name;
        var id = full[(full.LastIndexOf('/') + 1)..];
        return _names.GetValueOrDefault(id) ?? (id.Length == 32 ? id[..6] : id);
    }

    /// <summary>Whether anybody reads it.</summary>
    internal bool IsRead => output is not null;

    /// <summary>Adds a line.</summary>
    internal void Write(string who, string line) =>
        output?.WriteLine(
            string.Create(null, stackalloc char[64], $@"{timeline.Now:hh\:mm\:ss\.fff}  {who, -8}  {line}")
        );
}

/// <summary>A line of a history, which is only put together when somebody reads it.</summary>
[InterpolatedStringHandler]
internal ref struct Line
{
    private DefaultInterpolatedStringHandler _text;

    public Line(int literalLength, int formattedCount, World world, out bool isWanted)
    {
        isWanted = world.History.IsRead;
        if (isWanted)
            _text = new DefaultInterpolatedStringHandler(literalLength, formattedCount);
    }

    public void AppendLiteral(string literal) => _text.AppendLiteral(literal);

    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    public void AppendFormatted<T>(T value, string? format) => _text.AppendFormatted(value, format);

    public override string ToString() => _text.ToStringAndClear();
}
