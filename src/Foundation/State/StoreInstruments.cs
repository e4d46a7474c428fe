using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Estiba.State;

/// <summary>What operators see of the store (<c>/metrics</c>); nothing is measured while nobody collects it.</summary>
internal static class StoreInstruments
{
    private static readonly Meter Meter = new("Estiba.State");

    private static readonly Histogram<double> WriteDuration = Meter.CreateHistogram<double>(
        "estiba.state.write.duration",
        "s",
        "How long the journal takes to make a group of commits durable."
    );

    private static readonly Counter<long> Commits = Meter.CreateCounter<long>(
        "estiba.state.commits",
        "{commit}",
        "Commits by their outcome: kept, or failed because the journal could not write them."
    );

    private static readonly KeyValuePair<string, object?> Kept = new("outcome", "kept");
    private static readonly KeyValuePair<string, object?> Failed = new("outcome", "failed");

    /// <summary>A group was written.</summary>
    /// <param name="began">When, by <see cref="Stopwatch.GetTimestamp"/>.</param>
    /// <param name="commits">How many commits were in it.</param>
    internal static void CountWritten(long began, int commits)
    {
        WriteDuration.Record(Stopwatch.GetElapsedTime(began).TotalSeconds);
        Commits.Add(commits, Kept);
    }

    /// <summary>Commits were not kept.</summary>
    internal static void CountFailed(int commits) => Commits.Add(commits, Failed);
}
