using System.Net;
using System.Net.Sockets;
using Estiba.Demo;
using Estiba.Listeners.Tests;

namespace Estiba.Tests.Demo;

public sealed class PortsTests
{
    // As a virtual instance, whose tasks publish their ports on its own address.
    private static readonly IPAddress Other = IPAddress.Parse("127.66.77.88");

    [Fact]
    public void A_port_of_all_addresses_is_not_free_while_somebody_listens_on_one_of_them()
    {
        using var listener = new TcpListener(Other, FreePort.Take());
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        Ports.FirstFree(port, onAllAddresses: true).ShouldBeGreaterThan(port);
        Ports.FirstFree(port).ShouldBe(port);
    }

    [Fact]
    public void A_port_that_somebody_listens_on_at_localhost_is_not_free()
    {
        using var listener = new TcpListener(IPAddress.Loopback, FreePort.Take());
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        Ports.FirstFree(port).ShouldBeGreaterThan(port);
    }
}
