using Estiba.Files;
using Estiba.Files.Segments;
using Estiba.Hosting;
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
    public static Task RunAsync(FilesCheck check)
    {
        ArgumentNullException.ThrowIfNull(check);
        var options = new SegmentStoreOptions { Directory = check.Directory, Kind = NewEvent.Kind };
        if (
            SegmentStoreCheck.Run(options, check.Findings, check.Progress, check.Cancellation)
            && check.State is { } state
        )
            LookForUnknown(options, state, check.Findings);
        return Task.CompletedTask;
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
