using System.Net;

namespace Estiba.LoadBalancing.HealthChecks;

/// <summary>Asks a target once whether it is well.</summary>
public interface IHealthProbe
{
    /// <summary>Asks.</summary>
    /// <param name="target">Where the target answers.</param>
    /// <param name="settings">How it is to be asked. How long an answer may take and what it means is the caller's
    /// concern.</param>
    /// <param name="proxyProtocol">Whether the connection begins with a header of the proxy protocol.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <exception cref="OperationCanceledException">It took too long.</exception>
    Task<ProbeOutcome> ProbeAsync(
        IPEndPoint target,
        HealthCheckSettings settings,
        bool proxyProtocol,
        CancellationToken cancellation
    );
}

/// <summary>What came of a health check.</summary>
/// <param name="Kind">Whether somebody answered.</param>
/// <param name="Code">The code of the answer; 0 where there is none.</param>
/// <param name="Text">How an answer begins that is not what the settings want, on one line; null where it says
/// nothing.</param>
public readonly record struct ProbeOutcome(ProbeKind Kind, int Code = 0, string? Text = null)
{
    /// <summary>Whether it is what the settings want.</summary>
    internal bool IsSuccess(HealthCheckSettings settings) =>
        Kind == ProbeKind.Connected
        || (Kind == ProbeKind.Answered && CodeRange.Contains(settings.GrpcCodes ?? settings.HttpCodes ?? "", Code));
}

/// <summary>How a health check may end.</summary>
public enum ProbeKind
{
    /// <summary>No connection, or an answer that is none.</summary>
    Failed,

    /// <summary>No answer in time.</summary>
    Timeout,

    /// <summary>A connection, which is all that is asked for.</summary>
    Connected,

    /// <summary>An answer with a code.</summary>
    Answered,
}
