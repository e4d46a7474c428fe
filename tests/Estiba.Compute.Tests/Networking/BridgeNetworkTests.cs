using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Estiba.Compute.Networking;

namespace Estiba.Compute.Tests.Networking;

/// <summary>With the real Docker Engine and the host's iproute2; they fail where either is missing.</summary>
public sealed class BridgeNetworkTests(DockerNetworkFixture docker) : IClassFixture<DockerNetworkFixture>
{
    [Fact]
    public async Task Two_instances_publish_the_same_port_and_are_reached_from_everywhere()
    {
        var options = docker.NewOptions("10.201.0.0/16");
        await using var network = await DockerNetworkFixture.OpenAsync(options);
        var (one, two) = (network.Range.Address(0, 0), network.Range.Address(1, 0));
        (await network.ApplyAsync(new HashSet<IPAddress> { one, two }, default)).Complaint.ShouldBeNull();
        await Task.WhenAll(docker.ServeAsync("one", one), docker.ServeAsync("two", two));

        (await AskFromHostAsync(one)).ShouldBe("one");
        (await AskFromHostAsync(two)).ShouldBe("two");
        var answers = await Task.WhenAll(
            docker.AskFromContainerAsync("bridge", one),
            docker.AskFromContainerAsync("bridge", two),
            docker.AskFromContainerAsync(options.Name, one),
            docker.AskFromContainerAsync(options.Name, two)
        );
        answers.ShouldBe(["one", "two", "one", "two"]);
    }

    [Fact]
    public async Task The_first_zone_has_the_topmost_addresses_and_the_host_the_lowest()
    {
        var options = docker.NewOptions("10.202.0.0/16");
        await using var network = await DockerNetworkFixture.OpenAsync(options);
        network.Range.Address(0, 0).ShouldBe(IPAddress.Parse("10.202.255.1"));
        NetworkInterface
            .GetAllNetworkInterfaces()
            .Single(each => each.Name == options.Bridge)
            .GetIPProperties()
            .UnicastAddresses.Select(unicast => unicast.Address)
            .ShouldContain(IPAddress.Parse("10.202.0.1"));
    }

    [Theory]
    [InlineData(AddressEditing.Process)]
    [InlineData(AddressEditing.HelperContainer)]
    public async Task A_script_that_fails_is_told_by_its_words_or_else_by_its_exit_code(AddressEditing editing)
    {
        var options = docker.NewOptions("10.220.0.0/16");
        using var socket = new DockerSocket(options.DockerSocket, options.Timeout);
        var shell = IHostShell.Choose(editing, socket, options.Name, options.Timeout, TimeProvider.System);
        var words = new string('x', 65); // Docker's header would end with the length, a B.
        (await shell.RunAsync($"echo {words} >&2; exit 3", default)).ShouldBe(words);
        (await shell.RunAsync("exit 3", default)).ShouldBe("the exit code was 3");
        (await shell.RunAsync("echo warning >&2", default)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(AddressEditing.Process, "10.203.0.0/16")]
    [InlineData(AddressEditing.HelperContainer, "10.204.0.0/16")]
    public async Task Addresses_that_nobody_wants_any_more_are_taken_away(AddressEditing editing, string block)
    {
        var options = docker.NewOptions(block) with { Editing = editing };
        await using var network = await DockerNetworkFixture.OpenAsync(options);
        var (one, two) = (network.Range.Address(0, 0), network.Range.Address(0, 1));
        await network.ApplyAsync(new HashSet<IPAddress> { one, two }, default);
        SinglesOf(options).ShouldBe([one, two], ignoreOrder: true);
        await network.ApplyAsync(new HashSet<IPAddress> { two }, default);
        SinglesOf(options).ShouldBe([two]);
    }

    [Fact]
    public async Task A_platform_that_was_killed_leaves_addresses_that_the_next_one_puts_in_order()
    {
        var options = docker.NewOptions("10.205.0.0/16");
        var killed = await DockerNetworkFixture.OpenAsync(options);
        var (kept, stale) = (killed.Range.Address(0, 0), killed.Range.Address(2, 7));
        await killed.ApplyAsync(new HashSet<IPAddress> { kept, stale }, default);
        await killed.DisposeAsync();

        await using var next = await DockerNetworkFixture.OpenAsync(options);
        await next.ApplyAsync(new HashSet<IPAddress> { kept }, default);
        SinglesOf(options).ShouldBe([kept]);
    }

    [Fact]
    public async Task A_network_that_somebody_removed_is_made_again()
    {
        var options = docker.NewOptions("10.206.0.0/16");
        await using var network = await DockerNetworkFixture.OpenAsync(options);
        var address = network.Range.Address(0, 0);
        await network.ApplyAsync(new HashSet<IPAddress> { address }, default);
        await DockerCommand.RunAsync("network", "rm", options.Name);
        (await network.ApplyAsync(new HashSet<IPAddress> { address }, default)).Answering.ShouldBe([address]);
    }

    [Fact]
    public async Task A_block_that_another_network_has_is_left_to_it()
    {
        var taken = docker.NewOptions("10.207.0.0/16");
        await using var other = await DockerNetworkFixture.OpenAsync(taken);
        await using var network = await DockerNetworkFixture.OpenAsync(
            docker.NewOptions("10.207.0.0/16", "10.208.0.0/16")
        );
        network.Range.Block.ShouldBe(IPNetwork.Parse("10.208.0.0/16"));
    }

    [Theory]
    [InlineData(Left.Nothing, true)]
    [InlineData(Left.ItsDirectory, false)]
    [InlineData(Left.AnotherNamespace, false)]
    [InlineData(Left.RunningPlatform, false)]
    [InlineData(Left.PublishedPort, false)]
    [InlineData(Left.AttachedContainer, false)]
    public async Task Who_finds_no_free_block_takes_that_of_a_platform_whose_data_is_gone_and_nothing_else(
        Left left,
        bool taken
    )
    {
        var data = Directory.CreateTempSubdirectory("estiba-compute-test-");
        var block = $"10.{214 + (int)left}.0.0/16";
        var options = docker.NewOptions(block) with { DataDirectory = data.FullName };
        var before = await DockerNetworkFixture.OpenAsync(options);
        var address = before.Range.Address(0, 0);
        await before.ApplyAsync(new HashSet<IPAddress> { address }, default);
        if (left == Left.PublishedPort)
            await docker.CreateAsync($"stopped-{left}", "--publish", $"{address}:9999:80");
        if (left == Left.AttachedContainer)
            await docker.CreateAsync($"stopped-{left}", "--network", options.Name);
        if (left == Left.AnotherNamespace)
            await DockerNetworkFixture.MakeAgainAsync(options, new NetworkOwner(data.FullName, "mnt:[1]"));
        if (left != Left.RunningPlatform)
            await before.DisposeAsync();
        if (left != Left.ItsDirectory)
            data.Delete();

        var next = docker.NewOptions(block);
        if (taken)
        {
            await using var network = await DockerNetworkFixture.OpenAsync(next);
            network.Range.Block.ShouldBe(IPNetwork.Parse(block));
        }
        else
        {
            var error = await Should.ThrowAsync<NetworkException>(() => DockerNetworkFixture.OpenAsync(next));
            error.Message.ShouldStartWith($"Networks and routes of this host overlap all of {block}. ");
        }
        NetworkInterface.GetAllNetworkInterfaces().Any(each => each.Name == options.Bridge).ShouldBe(!taken);
        await before.DisposeAsync();
        if (left == Left.ItsDirectory)
            data.Delete();
    }

    /// <summary>Where something is left of a platform that ran before.</summary>
    public enum Left
    {
        Nothing,
        ItsDirectory,
        AnotherNamespace,
        RunningPlatform,
        PublishedPort,
        AttachedContainer,
    }

    [Fact]
    public async Task Two_platforms_on_one_host_have_networks_of_their_own()
    {
        var options = docker.NewOptions("10.209.0.0/16", "10.210.0.0/16");
        await using var one = await DockerNetworkFixture.OpenAsync(options);
        await using var two = await DockerNetworkFixture.OpenAsync(options);
        two.Range.Block.ShouldNotBe(one.Range.Block);
        await DockerCommand.RunAsync("network", "rm", $"{options.Name}-1");
    }

    [Fact]
    public async Task Where_Docker_is_not_installed_instances_have_loopback_addresses()
    {
        var options = docker.NewOptions("10.212.0.0/16") with
        {
            Mode = InstanceNetworkMode.Automatic,
            DockerSocket = "/nowhere/docker.sock",
        };
        await using var network = await InstanceNetwork.OpenAsync(
            options with
            {
                Candidates = [],
            },
            TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance
        );
        network.Range.Address(0, 0).ShouldBe(IPAddress.Parse("127.66.0.1"));
    }

    [Fact]
    public async Task While_Docker_is_stopped_the_network_says_so_and_has_its_addresses_already()
    {
        var options = docker.NewOptions("10.213.0.0/16") with { DockerSocket = "/nowhere/docker.sock" };
        await using var network = await DockerNetworkFixture.OpenAsync(options);
        network.Range.Address(0, 0).ShouldBe(IPAddress.Parse("10.213.255.1"));
        var error = await Should.ThrowAsync<NetworkException>(() =>
            network.ApplyAsync(new HashSet<IPAddress> { network.Range.Address(0, 0) }, default)
        );
        error.Message.ShouldStartWith("Docker Engine does not answer at /nowhere/docker.sock");
    }

    private static IReadOnlySet<IPAddress> SinglesOf(InstanceNetworkOptions options) =>
        BridgeInterface.Find(options.Bridge)!.Singles;

    private static async Task<string> AskFromHostAsync(IPAddress address)
    {
        // The server needs a moment until it listens; until then the connection is refused, or ends without an answer.
        const int MostAttempts = 1200;
        for (var attempt = 0; ; attempt++)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(address, 9999);
                using var reader = new StreamReader(client.GetStream());
                if (await reader.ReadToEndAsync() is { Length: > 0 } answer)
                    return answer;
            }
            catch (Exception early) when (early is SocketException or IOException && attempt < MostAttempts) { }
            attempt.ShouldBeLessThan(MostAttempts, $"{address}:9999 does not answer");
            await Task.Delay(100);
        }
    }
}
