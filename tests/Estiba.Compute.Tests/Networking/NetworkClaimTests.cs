using System.Net.Sockets;
using Estiba.Compute.Networking;

namespace Estiba.Compute.Tests.Networking;

public sealed class NetworkClaimTests
{
    private readonly string _network = $"claim-test-{Environment.ProcessId}-{Guid.NewGuid():N}";

    [Fact]
    public void Only_one_has_it_whoever_asks_and_however_often()
    {
        using var claim = NetworkClaim.TryTake(_network);

        claim.ShouldNotBeNull();
        for (var time = 0; time < 5; time++)
            NetworkClaim.TryTake(_network).ShouldBeNull();
    }

    [Fact]
    public void Another_network_is_nobody_elses_business()
    {
        using var claim = NetworkClaim.TryTake(_network);
        using var other = NetworkClaim.TryTake(_network + "-1");

        other.ShouldNotBeNull();
    }

    [Fact]
    public async Task Who_comes_after_it_was_given_up_waits_until_the_kernel_has_forgotten_it()
    {
        using var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        left.Bind(new UnixDomainSocketEndPoint($"\0estiba/network/{_network}"));
        left.Listen();
        left.Shutdown(SocketShutdown.Both);

        var next = Task.Run(() => NetworkClaim.TryTake(_network));
        await Task.Delay(100);
        next.IsCompleted.ShouldBeFalse();
        left.Dispose();

        using var taken = await next;
        taken.ShouldNotBeNull();
    }

    [Fact]
    public void What_was_given_up_is_free()
    {
        for (var time = 0; time < 5; time++)
            NetworkClaim.TryTake(_network).ShouldNotBeNull().Dispose();
    }
}
