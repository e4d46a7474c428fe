using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Estiba.Compute.Networking;

/// <summary>
/// Puts a metadata address back that somebody else took away: a flushed packet filter, a firewall that loads its own
/// rules, a person. Without it tasks have no
/// credentials until the next start.
/// </summary>
/// <param name="endPoint">The address, and the port on which somebody listens.</param>
/// <param name="rules">What makes it answer.</param>
/// <param name="shell">Runs them.</param>
/// <param name="sight">What can be seen without running anything.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Hears once when it is gone, and once when it is back.</param>
internal sealed partial class MetadataWatch(
    IPEndPoint endPoint,
    MetadataRules rules,
    IHostShell shell,
    MetadataProbe sight,
    TimeProvider time,
    ILogger logger
)
{
    /// <summary>How often it is looked at. Such a look runs no program: it reads the interface's addresses and opens
    /// one connection.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private long _checkedAt = time.GetTimestamp();
    private string? _complaint;

    /// <summary>Looks until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
                await CheckAsync(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested) { }
    }

    /// <summary>One look, and what follows from it.</summary>
    public async Task CheckAsync(CancellationToken cancellation)
    {
        try
        {
            if (!await IsGoneAsync(cancellation))
                return;
            if (_complaint is null)
                LogGone(logger, endPoint.Address);
            var complaint = await shell.RunAsync(rules.Open, cancellation);
            if (complaint.Length > 0)
                throw new NetworkException(complaint);
            LogBack(logger, endPoint.Address);
            _complaint = null;
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            if (_complaint != failure.Message)
                LogStaysGone(logger, endPoint.Address, failure.Message);
            _complaint = failure.Message;
        }
    }

    private async Task<bool> IsGoneAsync(CancellationToken cancellation)
    {
        // What could not be put back is tried again at the pace of checks: each try is a program or two.
        var due = time.GetElapsedTime(_checkedAt) >= shell.CheckInterval;
        if (_complaint is not null && !due)
            return false;
        if (due)
            _checkedAt = time.GetTimestamp();
        if (_complaint is not null || !sight.HasAddress() || await sight.IsLedAstrayAsync(cancellation))
            return true;

        // The host's own connections do not pass the chain that containers' do, so the rules themselves are looked at
        // as well.
        return due && (await shell.RunAsync(rules.Check, cancellation)).Length > 0;
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Another program took {Address} away from this host: it is put back"
    )]
    private static partial void LogGone(ILogger logger, IPAddress address);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Address} answers again")]
    private static partial void LogBack(ILogger logger, IPAddress address);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Address} cannot be put back now, it is tried again: {Reason}")]
    private static partial void LogStaysGone(ILogger logger, IPAddress address, string reason);
}

/// <summary>What a process without any right sees of a metadata address.</summary>
internal abstract class MetadataProbe
{
    /// <summary>Whether it is an address of this host.</summary>
    public abstract bool HasAddress();

    /// <summary>Whether somebody listens and is not reached on the port that containers ask.</summary>
    public abstract Task<bool> IsLedAstrayAsync(CancellationToken cancellation);

    /// <summary>The probe on this host.</summary>
    public static MetadataProbe OfHost(IPEndPoint endPoint, string device) => new HostProbe(endPoint, device);

    private sealed class HostProbe(IPEndPoint endPoint, string device) : MetadataProbe
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

        public override bool HasAddress() => BridgeInterface.Find(device)?.Singles.Contains(endPoint.Address) == true;

        public override async Task<bool> IsLedAstrayAsync(CancellationToken cancellation) =>
            !await AnswersAsync(MetadataRules.AskedPort, cancellation)
            && await AnswersAsync(endPoint.Port, cancellation);

        private async Task<bool> AnswersAsync(int port, CancellationToken cancellation)
        {
            using var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            // Reset and not closed: such a connection leaves nothing behind in the kernel.
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(Patience);
            try
            {
                await socket.ConnectAsync(new IPEndPoint(endPoint.Address, port), limit.Token);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                return false;
            }
        }
    }
}
