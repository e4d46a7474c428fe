using System.Net;
using System.Net.Sockets;
using Estiba.Compute.Networking;
using Microsoft.Extensions.Logging.Abstractions;

namespace Estiba.Compute.Tests.Networking;

/// <summary>
/// The address at which containers ask for their role's credentials, on this host: with the real Docker Engine and
/// packet filter. These tests have an address of their own, for a platform on this machine may have the real one, and
/// other runs of these tests have theirs.
/// </summary>
public sealed class MetadataAddressTests(DockerNetworkFixture docker) : IClassFixture<DockerNetworkFixture>
{
    private const int AskedPort = 80;
    private static readonly IPAddress Address = new([
        169,
        254,
        (byte)(100 + Environment.ProcessId / 250 % 64),
        (byte)(1 + Environment.ProcessId % 250),
    ]);
    private static readonly IPEndPoint EndPoint = new(Address, MetadataAddress.EndPoint.Port);
    private static readonly HostShell Host = new(TimeSpan.FromSeconds(20), TimeProvider.System);

    [Theory]
    [InlineData(AddressEditing.Process)]
    [InlineData(AddressEditing.HelperContainer)]
    public async Task Who_listens_is_asked_on_port_80_by_the_host_and_by_containers_and_leaves_nothing_behind(
        AddressEditing editing
    )
    {
        await using (await OpenAsync(editing))
        {
            using var listener = new TcpListener(EndPoint);
            listener.Start();
            using var asked = new CancellationTokenSource();
            var answering = AnswerAsync(listener, asked.Token);

            (await AskFromHostAsync()).ShouldBe("the host");
            (await docker.AskFromContainerAsync("bridge", Address, AskedPort)).ShouldBe("a container");
            (await docker.AskFromContainerAsync("host", Address, AskedPort)).ShouldBe("the host");
            await asked.CancelAsync();
            await answering;
        }

        (await RulesAsync()).ShouldBeEmpty();
        BridgeInterface.Find("lo")!.Singles.ShouldNotContain(Address);
    }

    [Fact]
    public async Task A_second_taker_is_told_that_it_is_taken()
    {
        await using var first = await OpenAsync();

        (await Should.ThrowAsync<NetworkException>(() => OpenAsync())).Message.ShouldBe(
            $"another platform or agent on this host has {Address} already"
        );
    }

    [Fact]
    public async Task What_a_killed_platform_left_is_taken_over()
    {
        (await Host.RunAsync(MetadataRules.OfHost(EndPoint, "lo").Open, default)).ShouldBeEmpty();

        await using (await OpenAsync())
            (await RulesAsync()).Count.ShouldBe(2);

        (await RulesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Rules_of_somebody_else_are_left_alone()
    {
        var theirs = $"OUTPUT -d {Address}/32 -p tcp -m tcp --dport 80 -j REDIRECT --to-ports 51999";
        (await Host.RunAsync($"iptables -w -t nat -A {theirs}", default)).ShouldBeEmpty();
        try
        {
            (await Should.ThrowAsync<NetworkException>(() => OpenAsync())).Message.ShouldBe(
                $"another program on this host has rules for {Address}: -A {theirs}"
            );
            (await RulesAsync()).ShouldBe([$"-A {theirs}"]);
        }
        finally
        {
            await Host.RunAsync($"iptables -w -t nat -D {theirs}", default);
        }
    }

    [Fact]
    public async Task A_platform_that_has_the_address_is_not_disturbed()
    {
        using var claim = NetworkClaim.TryTake("estiba-metadata");

        await using (await OpenAsync())
            (await RulesAsync()).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Who_gives_up_while_it_begins_leaves_nothing_behind()
    {
        for (var milliseconds = 5; milliseconds <= 60; milliseconds += 5)
        {
            using var impatience = new CancellationTokenSource(milliseconds);
            try
            {
                await using (await OpenAsync(cancellation: impatience.Token)) { }
            }
            catch (OperationCanceledException) { }

            (await RulesAsync()).ShouldBeEmpty();
            BridgeInterface.Find("lo")!.Singles.ShouldNotContain(Address);
        }
    }

    [Theory]
    [InlineData("both rules", "iptables -w -t nat -D PREROUTING {rule}; iptables -w -t nat -D OUTPUT {rule}")]
    [InlineData("the rule for containers", "iptables -w -t nat -D PREROUTING {rule}")]
    [InlineData("the address", "ip address delete {address}/32 dev lo")]
    public async Task What_somebody_takes_away_is_back_within_seconds(string what, string script)
    {
        await using var address = await OpenAsync();
        var rule = $"-d {Address}/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination {EndPoint}";
        (
            await Host.RunAsync(
                script
                    .Replace("{rule}", rule, StringComparison.Ordinal)
                    .Replace("{address}", $"{Address}", StringComparison.Ordinal),
                default
            )
        ).ShouldBeEmpty(what);

        for (
            var tries = 0;
            (await RulesAsync()).Count < 2 || !BridgeInterface.Find("lo")!.Singles.Contains(Address);
            tries++
        )
        {
            tries.ShouldBeLessThan(1200, what);
            await Task.Delay(100);
        }
    }

    private static Task<MetadataAddress> OpenAsync(
        AddressEditing editing = AddressEditing.Automatic,
        CancellationToken cancellation = default
    ) =>
        MetadataAddress.OpenAsync(
            $"estiba-metadata-test-{Environment.ProcessId}",
            EndPoint,
            "/var/run/docker.sock",
            editing,
            TimeProvider.System,
            NullLogger.Instance,
            cancellation
        );

    private static async Task<IReadOnlyList<string>> RulesAsync()
    {
        var (exitCode, output, error) = await DockerCommand.TryAsync("iptables", "-w", "-t", "nat", "-S");
        exitCode.ShouldBe(0, error);
        return [.. output.Split('\n').Where(line => line.Contains($" {Address}/32 ", StringComparison.Ordinal))];
    }

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
                var answer = (from.Equals(Address) ? "the host"u8 : "a container"u8).ToArray();
                await client.GetStream().WriteAsync(answer, cancellation);
            }
            catch (Exception gone) when (gone is IOException or SocketException or OperationCanceledException)
            {
                // The watch, or the end of the test.
            }
        }
    }

    private static async Task<string> AskFromHostAsync()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(Address, AskedPort);
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadToEndAsync();
    }
}
