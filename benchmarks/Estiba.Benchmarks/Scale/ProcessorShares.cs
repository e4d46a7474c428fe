using System.Diagnostics;
using Estiba.Benchmarks.Platform;

namespace Estiba.Benchmarks.Scale;

/// <summary>How much of the processor the server and the simulated hosts use, from now on.</summary>
internal sealed class ProcessorShares(BenchPlatform server)
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly TimeSpan _server = server.ProcessorTime;
    private readonly TimeSpan _hosts = Process.GetCurrentProcess().TotalProcessorTime;

    internal void Print(string during)
    {
        var length = Stopwatch.GetElapsedTime(_start);
        Figure.Print("scale", $"{during}: server's processor", (server.ProcessorTime - _server) / length, "cores");
        Figure.Print("scale", $"{during}: hosts' processor", (Process.GetCurrentProcess().TotalProcessorTime - _hosts) / length, "cores");
    }
}
