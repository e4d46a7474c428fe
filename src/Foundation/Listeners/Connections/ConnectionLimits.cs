namespace Estiba.Listeners.Connections;

/// <summary>How many connections may be open at once.</summary>
/// <param name="Total">All of them, web sockets apart.</param>
/// <param name="OfOneAddress">Those of one other machine.</param>
/// <param name="OfThisMachine">Those of this machine itself.</param>
/// <param name="Sockets">Web sockets.</param>
public sealed record ConnectionLimits(int Total, int OfOneAddress, int OfThisMachine, int Sockets)
{
    /// <summary>An idle connection costs some kilobytes; more are of no use to anybody.</summary>
    private const int MostConnections = 10_000;
    private const int MostSockets = 100_000;

    /// <summary>
    /// The limits that are named, and for the others what the process's descriptors allow: half of them for
    /// connections, a quarter for web sockets, and a quarter for files and for what the platform connects to itself.
    /// </summary>
    /// <param name="named">What was named.</param>
    /// <param name="descriptors">How many files and sockets the process may have open.</param>
    public static ConnectionLimits Of(NamedLimits named, int descriptors)
    {
        ArgumentNullException.ThrowIfNull(named);
        var total = Math.Max(named.Connections ?? Math.Min(descriptors / 2, MostConnections), 1);
        var sockets = named.Sockets ?? Math.Min(descriptors / 4, MostSockets);
        return new ConnectionLimits(
            total,
            named.OfOneAddress ?? Math.Max(total / 4, 1),
            named.OfThisMachine ?? Math.Max(total * 3 / 4, 1),
            sockets
        );
    }

    /// <summary>
    /// As many as this process's descriptors allow, for what strangers are to be let in to: one address may have three
    /// quarters of them, since many clients may be behind it.
    /// </summary>
    public static ConnectionLimits OfDescriptors()
    {
        var descriptors = Descriptors.Limit();
        var total = Math.Max(descriptors / 2, 1);
        return new ConnectionLimits(total, total * 3 / 4, total * 3 / 4, descriptors / 4);
    }

    /// <summary>The limits that are named, and for the others what this process's descriptors allow.</summary>
    public static ConnectionLimits Of(NamedLimits named) => Of(named, Descriptors.Limit());
}

/// <summary>Limits as somebody has named them; null leaves one to the process's limit of open files.</summary>
/// <param name="Connections">How many connections may be open at once, web sockets apart.</param>
/// <param name="OfOneAddress">How many of them one other machine may have; null is a quarter.</param>
/// <param name="OfThisMachine">How many of them this machine itself may have; null is three quarters.</param>
/// <param name="Sockets">How many web sockets may be open at once.</param>
public sealed record NamedLimits(
    int? Connections = null,
    int? OfOneAddress = null,
    int? OfThisMachine = null,
    int? Sockets = null
);
