using Estiba.State.Journals;
using Microsoft.Extensions.Logging;

namespace Estiba.State;

/// <summary>
/// The members that were left out of records that were read (<see cref="LenientReading"/>): the log says which, and the
/// journal keeps what they were.
/// </summary>
internal sealed partial class UnreadMembers
{
    private readonly Lock _gate = new();
    private readonly List<JournalRow> _rows = [];
    private readonly SortedDictionary<string, int> _members = new(StringComparer.Ordinal);

    /// <summary>Notes what was left out of a record; from any thread.</summary>
    internal void Note(JournalRow row, IReadOnlyList<string> members)
    {
        lock (_gate)
        {
            _rows.Add(row);
            foreach (var member in members.Select(path => $"{row.Table}: {path}"))
                _members[member] = _members.GetValueOrDefault(member) + 1;
        }
    }

    /// <summary>Has the text of the records kept, and says in one line what is not read.</summary>
    /// <param name="journal">Has the rows.</param>
    /// <param name="logger">Hears of members that are not among those that were said.</param>
    /// <param name="said">Those that were; they become more.</param>
    /// <exception cref="JournalException">It could not be kept.</exception>
    internal void Keep(IJournal journal, ILogger? logger, HashSet<string> said)
    {
        if (_rows.Count == 0)
            return;
        var isNew = false;
        foreach (var member in _members.Keys)
            isNew |= said.Add(member);
        if (isNew && logger is not null)
            Log.Unread(
                logger,
                _rows.Count,
                string.Join(", ", _members.Select(member => $"{member.Key} ({member.Value})"))
            );
        journal.KeepText(_rows);
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "{Count} records are read without members whose type is another than it was; what they were is "
                + "kept aside: {Members}"
        )]
        internal static partial void Unread(ILogger logger, int count, string members);
    }
}
