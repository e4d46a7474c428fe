namespace Estiba.Benchmarks;

/// <summary>A benchmark cannot be run here, or did not come to its end; the message says why and what to do.</summary>
internal sealed class BenchmarkException(string message, Exception? inner = null) : Exception(message, inner);
