using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Primitives;

namespace Estiba.LoadBalancing.Traffic.Headers;

/// <summary>What targets are told about the client ("HTTP headers and Application Load Balancers").</summary>
public static class ForwardedHeaders
{
    /// <summary>More addresses than these in X-Forwarded-For are answered with 463.</summary>
    public const int MostAddresses = 30;

    /// <summary>X-Forwarded-For as it is sent; empty for none.</summary>
    /// <param name="mode">What is done.</param>
    /// <param name="received">As the client sent it.</param>
    /// <param name="client">Where the client is.</param>
    /// <param name="withPort">Whether its port is told.</param>
    public static StringValues For(ForwardedForMode mode, StringValues received, IPEndPoint client, bool withPort)
    {
        if (mode == ForwardedForMode.Remove)
            return StringValues.Empty;
        if (mode == ForwardedForMode.Preserve)
            return received;
        var own = Own(client, withPort);
        var before = string.Join(", ", received.Where(value => !string.IsNullOrEmpty(value)));
        return before.Length == 0 ? own : $"{before}, {own}";
    }

    /// <summary>What is added to it.</summary>
    /// <inheritdoc cref="For"/>
    public static string Own(IPEndPoint client, bool withPort)
    {
        ArgumentNullException.ThrowIfNull(client);
        return !withPort ? client.Address.ToString()
            : client.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{client.Address}]:{client.Port}"
            : $"{client.Address}:{client.Port}";
    }

    /// <summary>How many addresses a client has sent in X-Forwarded-For.</summary>
    public static int Count(StringValues received) =>
        received.Sum(value => string.IsNullOrEmpty(value) ? 0 : value.AsSpan().Count(',') + 1);

    /// <summary>The Host header as it is sent.</summary>
    /// <param name="received">As the client sent it.</param>
    /// <param name="host">The host in it, without a port.</param>
    /// <param name="port">The listener's port.</param>
    /// <param name="preserve">Whether it is left as it is.</param>
    /// <remarks>Otherwise it has the listener's port, where that is not 80 or 443.</remarks>
    public static string Host(string received, string host, int port, bool preserve) =>
        preserve ? received
        : NamesPort(port) ? $"{host}:{port}"
        : host;

    /// <summary>Whether the Host header that is sent has the listener's port.</summary>
    internal static bool NamesPort(int port) => port is not (80 or 443);
}

/// <summary><c>routing.http.xff_header_processing.mode</c>.</summary>
public enum ForwardedForMode
{
    /// <summary>The client's address is added to it.</summary>
    Append,

    /// <summary>It is left as it is.</summary>
    Preserve,

    /// <summary>It is not sent.</summary>
    Remove,
}
