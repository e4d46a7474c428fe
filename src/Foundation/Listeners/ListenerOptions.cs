using System.Net;
using System.Net.Security;
using Estiba.Listeners.Connections;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Estiba.Listeners;

/// <summary>Where a listener listens, and how patient it is.</summary>
public sealed record ListenerOptions
{
    /// <summary>The addresses and ports to listen on; port 0 takes any free one.</summary>
    public required IReadOnlyList<IPEndPoint> EndPoints { get; init; }

    /// <summary>What it proves itself with over TLS; null speaks plain HTTP.</summary>
    public ServerCertificate? Certificate { get; init; }

    /// <summary>
    /// Answers each handshake of TLS by what the client says of itself, instead of with <see cref="Certificate"/>; null
    /// refuses one. Null speaks as the certificate says.
    /// </summary>
    public Func<SslClientHelloInfo, SslServerAuthenticationOptions?>? Handshake { get; init; }

    /// <summary>The versions of HTTP that it speaks.</summary>
    public HttpProtocols Protocols { get; init; } = HttpProtocols.Http1;

    /// <summary>Says of the address of a caller whether it is let in; null lets everybody in.</summary>
    public Func<IPAddress, bool>? Admits { get; init; }

    /// <summary>How long a client may take to send a request's headers.</summary>
    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a connection is kept open without a request.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(130);

    /// <summary>How long running requests may take to end when the listener stops.</summary>
    public TimeSpan ShutdownGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Counts its connections; null where nobody asks.</summary>
    public ConnectionCounters? Counters { get; init; }

    /// <summary>Accepts the connections; null leaves that to Kestrel.</summary>
    public IConnectionListenerFactory? Transport { get; init; }

    /// <summary>Says to the server what is said nowhere else, before it starts.</summary>
    public Action<KestrelServerOptions>? Server { get; init; }
}
