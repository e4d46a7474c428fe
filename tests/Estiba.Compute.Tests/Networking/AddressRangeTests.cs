using System.Net;
using Estiba.Compute.Networking;

namespace Estiba.Compute.Tests.Networking;

public sealed class AddressRangeTests
{
    private static readonly AddressRange Bridge = AddressRange.OfBridge(IPNetwork.Parse("10.66.0.0/16"));

    [Fact]
    public void Each_zone_has_a_subnet_at_the_top_of_the_block() =>
        Bridge
            .Subnets.Select(subnet => subnet.ToString())
            .ShouldBe(["10.66.255.0/24", "10.66.254.0/24", "10.66.253.0/24"]);

    [Fact]
    public void Loopback_addresses_count_from_the_bottom() =>
        AddressRange.Loopback.Address(0, 0).ShouldBe(IPAddress.Parse("127.66.0.1"));

    [Fact]
    public void Neither_the_network_nor_the_broadcast_address_is_given_out()
    {
        Bridge.CapacityOf(0).ShouldBe(254);
        Bridge.Address(0, 253).ShouldBe(IPAddress.Parse("10.66.255.254"));
    }

    [Theory]
    [InlineData("10.66.255.1", 0)]
    [InlineData("10.66.253.200", 2)]
    [InlineData("10.66.0.1", null)]
    public void The_zone_of_an_address_is_that_of_its_subnet(string address, int? zone) =>
        Bridge.ZoneOf(IPAddress.Parse(address)).ShouldBe(zone);

    [Fact]
    public void Routes_are_read_from_the_kernels_table() =>
        HostRoutes
            .Parse([
                "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT",
                "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0",
                "estiba0\t0000420A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0",
            ])
            .ShouldBe([new HostRoute("estiba0", IPNetwork.Parse("10.66.0.0/16"))]);

    [Theory]
    [InlineData("10.66.0.0/16", "10.0.0.0/8", true)]
    [InlineData("10.66.0.0/16", "10.66.7.0/24", true)]
    [InlineData("10.66.0.0/16", "10.67.0.0/16", false)]
    public void Blocks_overlap_when_one_holds_the_other(string one, string other, bool overlap) =>
        HostRoutes.Overlap(IPNetwork.Parse(one), IPNetwork.Parse(other)).ShouldBe(overlap);

    [Theory]
    [InlineData("CapEff:\t000001ffffffffff", true)]
    [InlineData("CapEff:\t00000000a80425fb", false)]
    [InlineData("CapPrm:\t000001ffffffffff", false)]
    public void The_right_to_add_addresses_is_read_from_the_process_status(string line, bool permitted) =>
        HostShell.Permitted(["Name:\testiba", line]).ShouldBe(permitted);

    [Fact]
    public void Addresses_are_edited_in_one_batch() =>
        AddressEditor
            .Batch("estiba0", [IPAddress.Parse("10.66.255.1")], [IPAddress.Parse("10.66.254.2")])
            .ShouldBe("address add 10.66.255.1/32 dev estiba0\naddress delete 10.66.254.2/32 dev estiba0\n");
}
