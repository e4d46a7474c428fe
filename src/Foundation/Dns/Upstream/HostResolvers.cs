using System.Collections.Immutable;
using System.Net;

namespace Estiba.Dns.Upstream;

/// <summary>
/// The name servers of this host, as its <c>resolv.conf</c> has them now ("resolv.conf", Linux manual pages).
/// </summary>
/// <param name="time">The clock: what was read is good for a second.</param>
/// <param name="path">The file.</param>
/// <param name="behindStub">The one that systemd-resolved writes with the servers that it asks itself. It is read where
/// the first has nothing but its own address, as Docker does: what it would ask might be us.</param>
public sealed class HostResolvers(
    TimeProvider time,
    string path = "/etc/resolv.conf",
    string behindStub = "/run/systemd/resolve/resolv.conf"
)
{
    private const int Port = 53;

    /// <summary>glibc asks no more ("MAXNS").</summary>
    private const int MostForContainers = 3;

    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(1);

    private static readonly IPAddress Stub = new([127, 0, 0, 53]);

    /// <summary>Those that Docker gives to containers where the host has none that they reach.</summary>
    private static readonly IPAddress[] OfDocker = [new([8, 8, 8, 8]), new([8, 8, 4, 4])];

    private volatile Read? _read;

    /// <summary>The servers to ask for what nobody here knows.</summary>
    /// <param name="own">Where the one who asks listens himself: he would ask himself for ever.</param>
    public IReadOnlyList<IPEndPoint> Except(IReadOnlyCollection<IPAddress> own) =>
        [
            .. Current()
                .Servers.Where(server => !own.Contains(server) && !server.Equals(Stub))
                .Select(server => new IPEndPoint(server, Port)),
        ];

    /// <summary>
    /// The servers of a container's resolver: this one, and after it those that the container would have without it,
    /// which it asks when this one does not answer.
    /// </summary>
    public IReadOnlyList<string> ForContainers(IPAddress first)
    {
        var others = Current().Servers.Where(server => !IPAddress.IsLoopback(server) && !server.Equals(first)).ToList();
        return
        [
            .. (others.Count > 0 ? others : [.. OfDocker])
                .Prepend(first)
                .Take(MostForContainers)
                .Select(server => server.ToString()),
        ];
    }

    /// <summary>
    /// The options of a container's resolver: the host's, but a server that is silent is given up after a second and
    /// not after five.
    /// </summary>
    public IReadOnlyList<string> OptionsForContainers() =>
        [
            .. Current()
                .Options.Where(option =>
                    !option.StartsWith("timeout:", StringComparison.Ordinal)
                    && !option.StartsWith("attempts:", StringComparison.Ordinal)
                ),
            "timeout:1",
            "attempts:3",
        ];

    private Read Current()
    {
        if (_read is { } read && time.GetElapsedTime(read.At) < GoodFor)
            return read;
        var at = time.GetTimestamp();
        var (servers, options) = Parse(path);
        if (servers is [var only] && only.Equals(Stub) && Parse(behindStub) is { Servers.Length: > 0 } behind)
            servers = behind.Servers;
        return _read = new Read(at, servers, options);
    }

    private static (ImmutableArray<IPAddress> Servers, ImmutableArray<string> Options) Parse(string path)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return ([], []);
        }

        var servers = new List<IPAddress>();
        var options = new List<string>();
        foreach (var line in lines)
        {
            var words = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (words is ["nameserver", var server, ..] && IPAddress.TryParse(server, out var address))
                servers.Add(address);
            else if (words is ["options", .. var given])
                options.AddRange(given);
        }
        return ([.. servers.Distinct()], [.. options]);
    }

    private sealed record Read(long At, ImmutableArray<IPAddress> Servers, ImmutableArray<string> Options);
}
