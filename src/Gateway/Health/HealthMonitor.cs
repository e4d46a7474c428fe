using Estiba.Files;
using Estiba.Hosting.Health;

namespace Estiba.Gateway.Health;

/// <summary>
/// Knows how the platform is: it runs the checks when somebody asks, at most every few seconds, and waits for none of
/// them for long.
/// </summary>
/// <remarks>
/// A check that does not end, as on a disk that is frozen, has failed; it is not begun again before it has ended, so
/// that nothing piles up behind it. Safe for concurrent use.
/// </remarks>
internal sealed class HealthMonitor(IReadOnlyList<HealthCheck> checks, TimeProvider time)
{
    /// <summary>How long what was found counts.</summary>
    public static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(3);

    /// <summary>How long a check may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly HealthResult NoAnswer = HealthResult.Failed(
        $"There was no answer within {Patience.TotalSeconds} seconds."
    );

    private readonly Lock _gate = new();
    private readonly Task<HealthResult>?[] _running = new Task<HealthResult>?[checks.Count];
    private Task<HealthReport>? _report;
    private long _reportedAt;

    /// <summary>How everything is.</summary>
    public Task<HealthReport> ReportAsync()
    {
        lock (_gate)
        {
            if (_report is null || (_report.IsCompleted && time.GetElapsedTime(_reportedAt) >= GoodFor))
                (_report, _reportedAt) = (CheckAllAsync(), time.GetTimestamp());
            return _report;
        }
    }

    private async Task<HealthReport> CheckAllAsync()
    {
        for (var i = 0; i < checks.Count; i++)
        {
            if (_running[i] is not { IsCompleted: false })
                _running[i] = RunAsync(checks[i]);
        }

        await Task.WhenAny(Task.WhenAll(_running!), Task.Delay(Patience, time));
        var findings = new List<HealthFinding>();
        for (var i = 0; i < checks.Count; i++)
            findings.Add(
                new HealthFinding(
                    checks[i].Name,
                    _running[i] is { IsCompletedSuccessfully: true } ended ? await ended : NoAnswer
                )
            );
        return new HealthReport(findings);
    }

    // On a thread of the pool, for a check may block.
    private static Task<HealthResult> RunAsync(HealthCheck check) =>
        Task.Run(async () =>
        {
            try
            {
                return await check.RunAsync(CancellationToken.None);
            }
            catch (Exception exception)
            {
                return HealthResult.Failed(FileFault.WithoutPath(exception));
            }
        });
}

/// <summary>How everything is.</summary>
/// <param name="Findings">What each check has found, in their order.</param>
internal sealed record HealthReport(IReadOnlyList<HealthFinding> Findings)
{
    /// <summary>As the worst of them.</summary>
    public HealthStatus Status => Findings.Select(finding => finding.Result.Status).Append(HealthStatus.Ok).Max();
}

/// <summary>What one check has found.</summary>
internal sealed record HealthFinding(string Name, HealthResult Result);
