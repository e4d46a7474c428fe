using Estiba.Metrics.Series;

namespace Estiba.Metrics.Storage;

/// <summary>Values that somebody puts.</summary>
/// <param name="Metric">What they measure.</param>
/// <param name="Unit">In what, for example <c>Count</c>; <c>None</c> where nothing was said.</param>
/// <param name="Time">When. Seconds since 1970.</param>
/// <param name="IsHighResolution">Whether the very second is kept, and not only the minute.</param>
/// <param name="Values">What they are.</param>
internal sealed record Measurement(Metric Metric, string Unit, long Time, bool IsHighResolution, Summary Values);
