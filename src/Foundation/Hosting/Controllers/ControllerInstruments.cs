using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Estiba.Hosting.Controllers;

/// <summary>What operators see of controllers (<c>/metrics</c>).</summary>
internal static class ControllerInstruments
{
    private static readonly Meter Meter = new("Estiba.Controllers");
    private static readonly ConcurrentDictionary<object, Func<Measurement<int>>> Queues = new();

    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "estiba.controllers.reconciliation.duration",
        "s",
        "How long controllers take for a key, by the outcome: done or failed, which is tried again."
    );

    static ControllerInstruments() =>
        Meter.CreateObservableGauge(
            "estiba.controllers.queue.length",
            static () => Queues.Values.Select(measure => measure()),
            "{key}",
            "How many keys wait for a controller, or are being worked on."
        );

    /// <summary>Shows the length of a loop's queue, until <see cref="Hide"/>.</summary>
    internal static void Show(object loop, string controller, Func<int> lengthOf)
    {
        var tag = new KeyValuePair<string, object?>("controller", controller);
        Queues[loop] = () => new Measurement<int>(lengthOf(), tag);
    }

    /// <summary>The loop has ended.</summary>
    internal static void Hide(object loop) => Queues.TryRemove(loop, out _);

    /// <summary>A controller has been called for a key.</summary>
    /// <param name="controller">Its name.</param>
    /// <param name="began">When, by <see cref="Stopwatch.GetTimestamp"/>.</param>
    /// <param name="outcome"><c>done</c> or <c>failed</c>.</param>
    internal static void CountReconciled(string controller, long began, string outcome)
    {
        if (Duration.Enabled)
            Duration.Record(
                Stopwatch.GetElapsedTime(began).TotalSeconds,
                new("controller", controller),
                new("outcome", outcome)
            );
    }
}
