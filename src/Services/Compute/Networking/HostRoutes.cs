using System.Globalization;
using System.Net;

namespace Estiba.Compute.Networking;

/// <summary>A route of the host: where packets to a block go.</summary>
internal readonly record struct HostRoute(string Interface, IPNetwork Destination);

/// <summary>Reads the host's IPv4 routes, to choose a block that nobody uses yet.</summary>
internal static class HostRoutes
{
    private const string KernelTable = "/proc/net/route";

    public static IReadOnlyList<HostRoute> Read() => File.Exists(KernelTable) ? Parse(File.ReadLines(KernelTable)) : [];

    /// <summary>
    /// Lines of /proc/net/route. Addresses are hexadecimal in the machine's byte order: 0000420A is 10.66.0.0.
    /// </summary>
    internal static IReadOnlyList<HostRoute> Parse(IEnumerable<string> lines)
    {
        var routes = new List<HostRoute>();
        foreach (var line in lines.Skip(1))
        {
            var columns = line.Split('\t', StringSplitOptions.TrimEntries);
            if (columns.Length > 7 && ToAddress(columns[1]) is { } destination && ToAddress(columns[7]) is { } mask)
            {
                var length = uint.PopCount(AddressRange.ToNumber(mask));
                if (length > 0)
                    routes.Add(new HostRoute(columns[0], new IPNetwork(destination, (int)length)));
            }
        }
        return routes;
    }

    public static bool Overlap(IPNetwork one, IPNetwork other) =>
        one.Contains(other.BaseAddress) || other.Contains(one.BaseAddress);

    private static IPAddress? ToAddress(string hexadecimal) =>
        uint.TryParse(hexadecimal, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var number)
            ? new IPAddress(number)
            : null;
}
