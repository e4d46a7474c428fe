using System.Net;

namespace Estiba.Dns.Tests;

/// <summary>Addresses for servers that need the same port twice, once for each protocol.</summary>
internal static class Loopback
{
    /// <summary>An address of this machine on which hardly anybody has taken a port.</summary>
    internal static IPAddress Any() =>
        new([
            127,
            (byte)Random.Shared.Next(1, 255),
            (byte)Random.Shared.Next(1, 255),
            (byte)Random.Shared.Next(1, 255),
        ]);
}
