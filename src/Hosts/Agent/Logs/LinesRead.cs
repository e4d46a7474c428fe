using Estiba.Engines;

namespace Estiba.Agent.Logs;

/// <summary>Which lines of one of a container's two outputs have been read: all up to the last.</summary>
internal sealed class LinesRead
{
    /// <summary>The lines that have the last time, as hash codes: the pieces of a long line share theirs.</summary>
    private readonly List<int> _lasts = [];
    private int _repeated; // how many of them have come again

    /// <summary>The time of the last line; null before the first.</summary>
    public DateTimeOffset? Last { get; private set; }

    /// <summary>False for a line that has been read; true makes it the last.</summary>
    public bool IsNew(LogLine line, DateTimeOffset now)
    {
        // A last line in the future: the clock has been set back, so that an earlier time says nothing.
        if (line.At < Last && Last <= now)
        {
            _repeated = 0;
            return false;
        }

        var hash = new HashCode();
        hash.AddBytes(line.Text.Span);
        var text = hash.ToHashCode();
        if (line.At == Last && _repeated < _lasts.Count && _lasts[_repeated] == text)
        {
            _repeated++;
            return false;
        }

        if (line.At != Last)
            _lasts.Clear();
        _lasts.Add(text);
        _repeated = _lasts.Count;
        Last = line.At;
        return true;
    }

    /// <summary>Whoever reads again will see the lines of the last time again.</summary>
    public void Rewind() => _repeated = 0;
}
