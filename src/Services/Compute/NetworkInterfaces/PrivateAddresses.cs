using System.Net;
using System.Net.Sockets;
using Estiba.Compute.Networking;
using Estiba.Contracts;
using Estiba.State;

namespace Estiba.Compute.NetworkInterfaces;

/// <summary>Which addresses of the host's range instances and network interfaces have, and which are free.</summary>
/// <remarks>An address is given out once on the host, whatever the account.</remarks>
internal sealed class PrivateAddresses(View view, AddressRange range)
{
    /// <summary>The free addresses of a zone, lowest first.</summary>
    public IEnumerable<string> Free(int zone) =>
        Enumerable
            .Range(0, range.CapacityOf(zone))
            .Select(index => range.Address(zone, index).ToString())
            .Where(IsFree);

    /// <summary>Takes the address that a request asks for.</summary>
    /// <param name="wanted">The address as it came.</param>
    /// <param name="zone">The zone of the subnet that is asked for; null for any.</param>
    /// <exception cref="AwsException"><c>InvalidParameterValue</c>, <c>InvalidIPAddress.InUse</c>.</exception>
    public (int Zone, string Address) Take(string wanted, int? zone)
    {
        if (!IPAddress.TryParse(wanted, out var address) || address.AddressFamily != AddressFamily.InterNetwork)
            throw Ec2Requests.Invalid(
                $"Value ({wanted}) for parameter privateIpAddress is invalid. It is not an IPv4 address."
            );
        if (range.ZoneOf(address) is not { } inZone || (zone is not null && zone != inZone))
            throw Ec2Requests.Invalid($"Address {wanted} does not fall within the subnet's address range");
        return IsFree(address.ToString())
            ? (inZone, address.ToString())
            : throw new AwsException("InvalidIPAddress.InUse", $"Address {wanted} is in use.");
    }

    /// <summary>How many addresses of each zone are given out.</summary>
    public Dictionary<int, int> Used() =>
        view.Where(ComputeTables.Instances, ComputeTables.Live, ComputeTables.LiveKey)
            .Select(instance => instance.Address)
            .Concat(view.Range(ComputeTables.NetworkInterfaces).Select(each => each.Address))
            .Select(address => address is null ? null : range.ZoneOf(IPAddress.Parse(address)))
            .Where(zone => zone is not null)
            .CountBy(zone => zone!.Value)
            .ToDictionary();

    private bool IsFree(string address) =>
        view.Count(ComputeTables.Instances, ComputeTables.Address, address) == 0
        && view.Count(ComputeTables.NetworkInterfaces, ComputeTables.InterfaceAddress, address) == 0;
}
