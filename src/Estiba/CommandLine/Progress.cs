namespace Estiba.CommandLine;

/// <summary>Tells a person that long work goes on: a line now and then, on standard error.</summary>
internal sealed class Progress(Terminal terminal, string verb)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private long _last = TimeProvider.System.GetTimestamp();
    private int _count;

    internal void Report(string name)
    {
        _count++;
        if (TimeProvider.System.GetElapsedTime(_last) < Interval)
            return;
        _last = TimeProvider.System.GetTimestamp();
        terminal.Say($"{verb} {name} ({_count} files so far)");
    }
}
