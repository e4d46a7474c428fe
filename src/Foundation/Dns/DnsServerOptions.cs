namespace Estiba.Dns;

/// <summary>What a name server takes upon itself; what is beyond it is dropped, and clients ask again.</summary>
public sealed record DnsServerOptions
{
    /// <summary>How many queries may wait for other servers at a time.</summary>
    public int MostForwarded { get; init; } = 512;

    /// <summary>How many of them may be one client's.</summary>
    public int MostForwardedOfClient { get; init; } = 128;

    /// <summary>
    /// How many queries of one client are looked at in a second; as many as AWS's server takes from a network interface
    /// ("DNS attributes for your VPC", DNS quotas).
    /// </summary>
    public int MostQueriesOfClient { get; init; } = 1024;

    /// <summary>How many connections may be open at a time.</summary>
    public int MostConnections { get; init; } = 128;

    /// <summary>How many of them may be one client's.</summary>
    public int MostConnectionsOfClient { get; init; } = 32;

    /// <summary>How long a connection may be silent.</summary>
    public TimeSpan ConnectionIdle { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long another server may take to answer before the next one is asked.</summary>
    public TimeSpan ForwardTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>For how long a server that did not answer is asked after the others.</summary>
    public TimeSpan Distrust { get; init; } = TimeSpan.FromSeconds(10);
}
