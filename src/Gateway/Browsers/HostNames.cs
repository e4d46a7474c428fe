using System.Net;

namespace Estiba.Gateway.Browsers;

/// <summary>The names by which the gateway lets itself be called.</summary>
/// <param name="patterns">Host names in lower case; <c>*</c> stands for one or more labels.</param>
internal sealed class HostNames(IReadOnlyList<string> patterns)
{
    /// <summary>
    /// What a name may have ("RFC 1035, 2.3.4: Size limits"), and the point at its end. To compare a longer one would
    /// cost an attacker less than us.
    /// </summary>
    private const int LongestName = 254;

    /// <summary>Whether a <c>Host</c> header names this gateway.</summary>
    /// <remarks>
    /// An address in digits always does: rebinding needs a name whose address can be changed. And the bridge's
    /// addresses, by which virtual instances reach the platform, are not known when it starts.
    /// </remarks>
    public bool Allows(ReadOnlySpan<char> hostAndPort)
    {
        var host = WithoutPort(hostAndPort);
        return host.Length is > 0 and <= LongestName && (IsAddress(host) || IsListed(host));
    }

    private bool IsListed(ReadOnlySpan<char> host)
    {
        foreach (var pattern in patterns)
        {
            if (Matches(pattern, host.TrimEnd('.')))
                return true;
        }

        return false;
    }

    private static ReadOnlySpan<char> WithoutPort(ReadOnlySpan<char> hostAndPort)
    {
        var end = hostAndPort.StartsWith("[", StringComparison.Ordinal)
            ? hostAndPort.IndexOf(']') + 1
            : hostAndPort.IndexOf(':');
        return end < 0 ? hostAndPort : hostAndPort[..end];
    }

    private static bool IsAddress(ReadOnlySpan<char> host) =>
        host[0] is '[' or (>= '0' and <= '9') && IPAddress.TryParse(host.Trim("[]"), out _);

    private static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> host)
    {
        var star = pattern.IndexOf('*');
        if (star < 0)
            return pattern.Equals(host, StringComparison.OrdinalIgnoreCase);
        if (!host.StartsWith(pattern[..star], StringComparison.OrdinalIgnoreCase))
            return false;

        host = host[star..];
        pattern = pattern[(star + 1)..];
        for (var taken = 1; taken <= host.Length; taken++)
        {
            if (Matches(pattern, host[taken..]))
                return true;
        }

        return false;
    }
}
