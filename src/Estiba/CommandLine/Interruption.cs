using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Estiba.CommandLine;

/// <summary>
/// Turns the first Ctrl-C, SIGTERM or SIGHUP into a cancellation; another one, later, ends the process at once.
/// </summary>
/// <remarks>
/// Some who send a signal send it twice, to the process and to its group (<c>timeout</c>, for one): that is one wish,
/// not two.
/// </remarks>
internal sealed class Interruption : IDisposable
{
    private static readonly TimeSpan OneWish = TimeSpan.FromSeconds(1);
    private readonly CancellationTokenSource _source = new();
    private long _first;
    private readonly List<PosixSignalRegistration> _registrations = [];

    internal Interruption()
    {
        foreach (var signal in new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP })
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, OnSignal));
        }
    }

    internal CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _source.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        var first = Interlocked.CompareExchange(ref _first, Stopwatch.GetTimestamp(), 0);
        context.Cancel = first == 0 || Stopwatch.GetElapsedTime(first) < OneWish;
        if (first != 0)
            return;
        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The command has ended by itself just now.
        }
    }
}
