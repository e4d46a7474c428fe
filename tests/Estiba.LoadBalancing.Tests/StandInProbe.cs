using System.Collections.Concurrent;
using System.Net;
using Estiba.LoadBalancing.HealthChecks;

namespace Estiba.LoadBalancing.Tests;

/// <summary>Answers health checks as a test says, and remembers them.</summary>
internal sealed class StandInProbe : IHealthProbe, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private readonly SemaphoreSlim _asked = new(0);

    public static readonly ProbeOutcome Well = new(ProbeKind.Answered, 200);

    /// <summary>What comes of a check; null for no answer ever.</summary>
    public Func<IPEndPoint, ProbeOutcome?> Answer { get; set; } = static _ => Well;

    public ConcurrentQueue<(string Target, HealthCheckSettings Settings)> Asked { get; } = [];

    /// <summary>Completes when a check has begun that nobody has waited for yet.</summary>
    public async Task AskedOnceMoreAsync() => (await _asked.WaitAsync(Patience)).ShouldBeTrue();

    public void Dispose() => _asked.Dispose();

    public async Task<ProbeOutcome> ProbeAsync(
        IPEndPoint target,
        HealthCheckSettings settings,
        bool proxyProtocol,
        CancellationToken cancellation
    )
    {
        Asked.Enqueue((target.ToString(), settings));
        _asked.Release();
        if (Answer(target) is { } outcome)
            return outcome;
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
        throw new InvalidOperationException("It waits until it is cancelled.");
    }
}
