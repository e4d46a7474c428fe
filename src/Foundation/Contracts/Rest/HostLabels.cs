using System.Net;

namespace Estiba.Contracts.Rest;

/// <summary>
/// The part of a path that clients have put in front of the host's name instead: <c>bucket.localhost</c>,
/// <c>bucket.s3.eu-west-1.amazonaws.com</c> ("Virtual hosting of general purpose buckets").
/// </summary>
public static class HostLabels
{
    private static readonly string[] OfAws = [".amazonaws.com", ".amazonaws.com.cn"];
    private static readonly string[] Ends = [".localhost", .. OfAws];

    /// <summary>Whether a host is one of AWS's.</summary>
    internal static bool IsAws(string host) =>
        Array.Exists(OfAws, end => host.EndsWith(end, StringComparison.OrdinalIgnoreCase));

    /// <summary>
    /// The label by which a host may name a service: directly before <c>.localhost</c>, or anywhere before AWS's own
    /// ends, behind which a region stands; the last that does. A machine's own name may have such a label, too.
    /// </summary>
    /// <param name="hostAndPort">The host as a request names it.</param>
    /// <param name="isService">Whether a label is a service's.</param>
    public static string? ServiceOf(string? hostAndPort, Predicate<string> isService)
    {
        ArgumentNullException.ThrowIfNull(isService);
        if (hostAndPort is null || LabelsOf(hostAndPort) is not { } found)
            return null;
        return found.IsAws ? Array.FindLast(found.Labels, isService)
            : isService(found.Labels[^1]) ? found.Labels[^1]
            : null;
    }

    /// <param name="hostAndPort">The host as a request names it.</param>
    /// <param name="service">The service's own label; what stands before it is meant.</param>
    internal static string? Find(string? hostAndPort, string service)
    {
        if (hostAndPort is null || LabelsOf(hostAndPort) is not var (labels, isAws))
            return null;
        var own = Array.LastIndexOf(labels, service);
        if (own < 0)
            return isAws ? null : string.Join('.', labels);
        return own == 0 ? null : string.Join('.', labels[..own]);
    }

    /// <summary>What stands before an end that is known; null for other hosts.</summary>
    private static (string[] Labels, bool IsAws)? LabelsOf(string hostAndPort)
    {
        if (hostAndPort.StartsWith('['))
            return null;
        var host = hostAndPort.Split(':')[0].TrimEnd('.').ToLowerInvariant();
        if (
            IPAddress.TryParse(host, out _)
            || Array.Find(Ends, end => host.EndsWith(end, StringComparison.Ordinal)) is not { } end
        )
            return null;
        return (host[..^end.Length].Split('.'), end != Ends[0]);
    }
}
