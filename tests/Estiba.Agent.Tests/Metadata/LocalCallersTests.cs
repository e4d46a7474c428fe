using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Estiba.Agent.Metadata;
using Estiba.Agent.Tests.StandIns;
using Estiba.Engines.Docker;

namespace Estiba.Agent.Tests.Metadata;

/// <summary>Who may ask: this host and its containers.</summary>
public sealed class LocalCallersTests
{
    [Fact]
    public void The_host_itself_may_by_whichever_of_its_addresses()
    {
        var own = NetworkInterface
            .GetAllNetworkInterfaces()
            .SelectMany(each => each.GetIPProperties().UnicastAddresses)
            .Select(each => each.Address)
            .Where(address => address.AddressFamily == AddressFamily.InterNetwork)
            .ToList();

        own.ShouldNotBeEmpty();
        own.ShouldAllBe(address => LocalCallers.Admits(address));
    }

    [Theory]
    [InlineData("203.0.113.7")]
    [InlineData("0.0.0.0")]
    public void Somebody_elsewhere_may_not(string address) =>
        LocalCallers.Admits(IPAddress.Parse(address)).ShouldBeFalse();

    [Fact]
    public async Task A_container_may()
    {
        await using var test = await TestAgent.StartAsync();
        var running = await test.RunAsync(TestTasks.Task(TestTasks.Shell("app", "exec sleep 100")));
        var address = (
            await test.Engine.FindContainerAsync(running.Containers![0].RuntimeId!, CancellationToken.None)
        )!.Addresses["bridge"];

        LocalCallers.Admits(IPAddress.Parse(address)).ShouldBeTrue();
    }
}
