using System.Net;

namespace Estiba.Contracts;

/// <summary>How a request came in, for the conditions of policies ("AWS global condition context keys").</summary>
/// <param name="SourceIp">The address of the client; null where there is none, as in a test.</param>
/// <param name="IsSecure">Whether it came over TLS.</param>
/// <param name="UserAgent">What the client calls itself; null when it says nothing.</param>
public sealed record CallOrigin(IPAddress? SourceIp, bool IsSecure, string? UserAgent)
{
    /// <summary>The host and port that the client calls, for URLs in answers; null when it says none.</summary>
    public string? Host { get; init; }
}
