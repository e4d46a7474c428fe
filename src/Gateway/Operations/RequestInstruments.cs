using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Estiba.Gateway.Operations;

/// <summary>What operators see of the operations that clients call (<c>/metrics</c>).</summary>
internal static class RequestInstruments
{
    private static readonly Meter Meter = new("Estiba.Gateway");

    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        "estiba.requests.duration",
        "s",
        "How long operations take, by service, operation and HTTP status; those that nobody knows have no name."
    );

    /// <summary>A request has been answered.</summary>
    /// <param name="exchange">The request.</param>
    /// <param name="began">When it came, by <see cref="Stopwatch.GetTimestamp"/>.</param>
    /// <param name="status">The HTTP status of the answer.</param>
    public static void CountAnswered(Exchange exchange, long began, int status)
    {
        if (Duration.Enabled)
            Duration.Record(
                Stopwatch.GetElapsedTime(began).TotalSeconds,
                new("service", exchange.Service?.SigningName ?? ""),
                new("operation", exchange.Operation?.Name ?? ""),
                new("status", status)
            );
    }
}
