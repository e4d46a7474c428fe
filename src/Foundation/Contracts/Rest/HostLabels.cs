using System.Net;

namespace Estiba.Contracts.Rest;

/// <summary>
/// The part of a path that clients have put in front of the host's name instead: <c>bucket.localhost</c>,
/// <c>bucket.s3.eu-west-1.amazonaws.com</c> ("Virtual hosting of general purpose buckets").
/// </summary>
internal static class HostLabels
{
    private static readonly string[] OfAws = [".amazonaws.com", ".amazonaws.com.cn"];
    private static readonly string[] Ends = [".localhost", .. OfAws];

    /// <summary>Whether a host is one of AWS's.</summary>
    internal static bool IsAws(string host) =>
        Array.Exists(OfAws, end => host.EndsWith(end, StringComparison.OrdinalIgnoreCase));

    /// <param name="hostAndPort">The host as a request names it.</param>
    /// <param name="service">The service's own label; what stands before it is meant.</param>
    internal static string? Find(string? hostAndPort, string service)
    {
        if (hostAndPort is null || hostAndPort.StartsWith('['))
            return null;
        var host = hostAndPort.Split(':')[0].TrimEnd('.').ToLowerInvariant();
        if (
            IPAddress.TryParse(host, out _)
            || Array.Find(Ends, end => host.EndsWith(end, StringComparison.Ordinal)) is not { } end
        )
            return null;
        var labels = host[..^end.Length].Split('.');
        var own = Array.LastIndexOf(labels, service);
        if (own < 0)
            return end == Ends[0] ? string.Join('.', labels) : null;
        return own == 0 ? null : string.Join('.', labels[..own]);
    }
}
