using System.Net;
using System.Net.Sockets;
using Estiba.Compute.Networking;
using Microsoft.Extensions.Logging.Abstractions;

namespace Estiba.Compute.Tests.Networking;

/// <summary>
/// A block of addresses of this host that lead to one socket, as client aliases of Service Connect do: with the real
/// Docker Engine and packet filter, and a block that no platform on this machine has.
/// </summary>
public sealed class AddressBlockTests(DockerNetworkFixture docker) : IClassFixture<DockerNetworkFixture>
{
    private static readonly byte Third = (byte)(36 + Environment.ProcessId % 64);
    private static readonly IPNetwork Block = new(new IPAddress([169, 254, Third, 0]), 24);
    private static readonly IPEndPoint EndPoint = new(new IPAddress([169, 254, Third, 1]), 51680);

    [Fact]
    public async Task Who_listens_is_asked_at_each_address_on_every_port_and_leaves_nothing_behind()
    {
        await using (await OpenAsync())
        {
            using var listener = new TcpListener(EndPoint);
            listener.Start();
            using var asked = new CancellationTokenSource();
            var answering = AnswerAsync(listener, asked.Token);

            foreach (var (last, port) in new[] { (1, 80), (7, 8080), (254, 1) })
            {
                var address = new IPAddress([169, 254, Third, (byte)last]);
                (await docker.AskFromContainerAsync("bridge", address, port)).ShouldBe("a container");
                (await docker.AskFromContainerAsync("host", address, port)).ShouldBe("the host");
            }

            await asked.CancelAsync();
            await answering;
        }

        BridgeInterface.Find("lo")!.Singles.ShouldNotContain(EndPoint.Address);
        foreach (var (command, words) in new[] { ("iptables", "-w -t nat -S"), ("ip", "route show table local") })
        {
            var (exitCode, output, error) = await DockerCommand.TryAsync(command, words.Split(' '));
            exitCode.ShouldBe(0, error);
            output.ShouldNotContain($"169.254.{Third}.");
        }
    }

    private static Task<MetadataAddress> OpenAsync() =>
        MetadataAddress.OpenAsync(
            $"estiba-block-test-{Environment.ProcessId}",
            EndPoint,
            "/var/run/docker.sock",
            AddressEditing.Automatic,
            TimeProvider.System,
            NullLogger.Instance,
            CancellationToken.None,
            Block
        );

    /// <summary>Tells who asks where the connection comes from.</summary>
    // Whoever watches the address connects too, every few seconds, and leaves.
    private static async Task AnswerAsync(TcpListener listener, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                using var client = await listener.AcceptTcpClientAsync(cancellation);
                var from = ((IPEndPoint)client.Client.RemoteEndPoint!).Address;
                var answer = (Block.Contains(from) ? "the host"u8 : "a container"u8).ToArray();
                await client.GetStream().WriteAsync(answer, cancellation);
            }
            catch (Exception gone) when (gone is IOException or SocketException or OperationCanceledException)
            {
                // The watch, or the end of the test.
            }
        }
    }
}
