using Microsoft.Extensions.Logging;

namespace Estiba.Files;

/// <summary>
/// What was found damaged or missing of a platform's data since its start. Each is logged once, as an error, and
/// counted; health may show it.
/// </summary>
/// <param name="logger">Where to; null only counts.</param>
public sealed partial class Damage(ILogger? logger = null)
{
    private const int Kept = 100;

    private readonly Lock _gate = new();
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly Queue<string> _latest = new();

    /// <summary>How much was found.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _known.Count;
        }
    }

    /// <summary>The latest of it, a sentence each, oldest first.</summary>
    public IReadOnlyList<string> Latest
    {
        get
        {
            lock (_gate)
                return [.. _latest];
        }
    }

    /// <summary>Reports something, unless it was reported before.</summary>
    /// <param name="what">The same for the same damage, whoever meets it: a path, and where in the file.</param>
    /// <param name="sentence">What is wrong, and what became of it.</param>
    /// <param name="cause">What was thrown, if anything.</param>
    public void Report(string what, string sentence, Exception? cause = null)
    {
        lock (_gate)
        {
            if (!_known.Add(what))
                return;
            _latest.Enqueue(sentence);
            if (_latest.Count > Kept)
                _latest.Dequeue();
        }

        if (logger is not null)
            Log.Found(logger, sentence, cause);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Sentence}")]
        internal static partial void Found(ILogger logger, string sentence, Exception? cause);
    }
}
