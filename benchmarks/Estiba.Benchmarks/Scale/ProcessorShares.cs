using System.Diagnostics;
using Estiba.Benchmarks.Platform;

namespace Estiba.Benchmarks.Scale;

/// <summary>How much of the processor the server and the simulated hosts use, from now on.</summary>
internal sealed class ProcessorShares(BenchPlatform server)
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly TimeSpan _server = server.ProcessorTime;
    private readonly TimeSpan _hosts = Process.GetCurrentProcess().TotalProcessorTime;

    internal void Print(string during, int tasks)
    {
        var length = Stopwatch.GetElapsedTime(_start);
        var (used, hosts) = (server.ProcessorTime - _server, Process.GetCurrentProcess().TotalProcessorTime - _hosts);
        Figure.Print("scale", $"{during}: server's processor", used / length, "cores");
        Figure.Print("scale", $"{during}: server's processor for each task", used.TotalMicroseconds / tasks, "us");
        Figure.Print("scale", $"{during}: hosts' processor", hosts / length, "cores");
        Figure.Print("scale", $"{during}: hosts' processor for each task", hosts.TotalMicroseconds / tasks, "us");
    }
}
