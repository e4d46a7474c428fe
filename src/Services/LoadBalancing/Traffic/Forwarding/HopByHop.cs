using System.Buffers;
using System.Collections.Frozen;
using System.Text;

namespace Estiba.LoadBalancing.Traffic.Forwarding;

/// <summary>Headers that are meant for the next hop alone, and are not passed on (RFC 9110, 7.6.1). YARP's forwarder
/// keeps to the same ones.</summary>
internal static class HopByHop
{
    private static readonly FrozenSet<string> Names = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "ALPN",
        "Alt-Svc",
        "Close",
        "Connection",
        "HTTP2-Settings",
        "Keep-Alive",
        "Proxy-Authenticate",
        "Proxy-Authentication-Info",
        "Proxy-Authorization",
        "Proxy-Connection",
        "Proxy-Features",
        "Proxy-Instruction",
        "Security-Scheme",
        "TE",
        "Transfer-Encoding",
        "Upgrade",
        "Upgrade-Insecure-Requests"
    );

    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> Lookup = Names.GetAlternateLookup<
        ReadOnlySpan<char>
    >();

    private static readonly int Longest = Names.Max(name => name.Length);

    /// <summary>Whether a header stays here.</summary>
    public static bool Has(string name) => Names.Contains(name);

    /// <inheritdoc cref="Has(string)"/>
    public static bool Has(ReadOnlySpan<byte> name)
    {
        if (name.Length > Longest)
            return false;
        Span<char> characters = stackalloc char[name.Length];
        return Ascii.ToUtf16(name, characters, out _) == OperationStatus.Done && Lookup.Contains(characters);
    }
}
