using Estiba.Files;
using Estiba.Files.Segments;
using Estiba.Logs.Events;
using Estiba.State;

namespace Estiba.Logs;

/// <summary>
/// Reads the files of log events without changing anything, beside a platform that runs or without one, and says what
/// is wrong with them.
/// </summary>
public static class LogsCheck
{
    /// <summary>Checks every file.</summary>
    /// <param name="directory">The directory of the log events.</param>
    /// <param name="state">The state; null where it cannot be read.</param>
    /// <param name="findings">Gets what is found.</param>
    /// <param name="progress">Gets the path of each file that is about to be read.</param>
    /// <param name="cancellation">Gives up.</param>
    public static void Run(
        string directory,
        View? state,
        Action<Finding> findings,
        Action<string> progress,
        CancellationToken cancellation
    )
    {
        var options = new SegmentStoreOptions { Directory = directory, Kind = NewEvent.Kind };
        if (SegmentStoreCheck.Run(options, findings, progress, cancellation) && state is not null)
            LookForUnknown(options, state, findings);
    }

    private static void LookForUnknown(SegmentStoreOptions options, View state, Action<Finding> findings)
    {
        var groups = state
            .Range(LogsTables.Groups)
            .Select(group => group.Id)
            .Concat(state.Range(LogsTables.DeletedGroups).Select(group => group.Id))
            .ToHashSet();
        var unknown = SegmentStoreCheck.GroupsIn(options).Count(group => !groups.Contains(group));
        if (unknown > 0)
            findings(
                new Finding(
                    $"{options.GroupsDirectory} has the events of {unknown} log groups that the state does not "
                        + "know; they are kept.",
                    IsNote: true
                )
            );
    }
}
