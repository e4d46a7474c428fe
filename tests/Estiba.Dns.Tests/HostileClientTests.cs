using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Estiba.Dns.Wire;
using Makaretu.Dns;

namespace Estiba.Dns.Tests;

/// <summary>Whatever clients send, others are answered.</summary>
public sealed class HostileClientTests
{
    private const string Web = "web-1990095685.eu-west-1.elb.amazonaws.com";

    [Fact]
    public async Task What_cannot_be_read_is_said_to_be_malformed()
    {
        await using var server = new TestServer();
        using var client = server.Client();
        var query = TestServer.Question(Web).ToByteArray();

        await client.SendAsync(query.AsMemory(0, 20));

        var answer = await TestServer.ReceiveAsync(client);
        answer.ShouldBe([0, 7, 0x81, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    }

    [Fact]
    public async Task Fragments_of_headers_and_answers_are_passed_over()
    {
        await using var server = new TestServer();
        server.Names.Set(Web, "10.66.255.1");
        using var client = server.Client();
        var answer = TestServer.Question(Web, id: 1);
        answer.QR = true;

        await client.SendAsync(Array.Empty<byte>());
        await client.SendAsync(new byte[11]);
        await client.SendAsync(answer.ToByteArray());
        await client.SendAsync(TestServer.Question(Web, id: 2).ToByteArray());

        TestServer.Read(await TestServer.ReceiveAsync(client)).Id.ShouldBe((ushort)2);
    }

    [Fact]
    public async Task Packets_of_chance_do_not_end_it()
    {
        await using var upstream = new StandInUpstream();
        await using var server = new TestServer(upstream: upstream.EndPoint);
        server.Names.Set(Web, "10.66.255.1");
        using var client = server.Client();
        var random = new Random(5);
        var good = TestServer.Question(Web, size: 1232).ToByteArray();

        for (var number = 0; number < 3000; number++)
        {
            var bad = good.AsSpan(0, random.Next(good.Length + 1)).ToArray();
            for (var changes = random.Next(6); changes > 0 && bad.Length > 0; changes--)
                bad[random.Next(bad.Length)] = (byte)random.Next(256);
            await client.SendAsync(bad);
            await using var stream = number % 100 == 0 ? await server.ConnectAsync() : null;
            if (stream is not null)
                await stream.WriteAsync(bad);
        }

        await EventuallyAnsweredAsync(server);
    }

    [Fact]
    public async Task A_pointer_that_leads_round_in_a_name_is_malformed()
    {
        await using var server = new TestServer();
        using var client = server.Client();
        var query = TestServer.Question("a").ToByteArray();
        // The name is a pointer to itself.
        (query[12], query[13]) = (0xC0, 12);

        await client.SendAsync(query);

        TestServer.Read(await TestServer.ReceiveAsync(client)).Status.ShouldBe(MessageStatus.FormatError);
    }

    [Fact]
    public async Task A_name_that_is_too_long_is_malformed_however_long_it_is()
    {
        await using var server = new TestServer();
        await using var stream = await server.ConnectAsync();
        var query = new byte[65535];
        (query[1], query[5]) = (7, 1);
        for (var at = 12; at < query.Length - 6; at += 2)
            (query[at], query[at + 1]) = (1, (byte)'a');

        await TcpMessages.WriteAsync(stream, query, CancellationToken.None);

        var answer = TestServer.Read((await TcpMessages.ReadAsync(stream, CancellationToken.None))!);
        (answer.Id, answer.Status).ShouldBe(((ushort)7, MessageStatus.FormatError));
    }

    [Fact]
    public async Task Names_of_other_bytes_than_letters_are_handed_on()
    {
        await using var upstream = new StandInUpstream();
        await using var server = new TestServer(upstream: upstream.EndPoint);
        server.Names.Set(Web, "10.66.255.1");
        using var client = server.Client();
        var strange = TestServer.Question("ab." + Web).ToByteArray();
        (strange[13], strange[14]) = (0xE9, (byte)'.');

        await client.SendAsync(strange);

        (await upstream.AskedAsync())[2..].ShouldBe(strange[2..]);
    }

    [Fact]
    public async Task Names_that_nobody_answers_for_do_not_keep_others_from_being_answered()
    {
        await using var upstream = new StandInUpstream();
        await using var server = new TestServer(
            new DnsServerOptions { MostForwarded = 6, MostForwardedOfClient = 4 },
            upstream.EndPoint
        );
        server.Names.Set(Web, "10.66.255.1");
        using var flood = server.Client();
        for (ushort id = 1; id <= 100; id++)
            await flood.SendAsync(TestServer.Question($"n{id}.example", id: id).ToByteArray());

        OwnNameTests.AddressesOf(await server.AskAsync(Web)).ShouldBe(["10.66.255.1"]);

        // The flood was read before: of it, four are under way, and the rest is nowhere.
        for (var number = 0; number < 4; number++)
            await upstream.AskedAsync();
        upstream.Waiting.ShouldBe(0);

        // Another client has places of its own, but only those that are left of all.
        using var other = ClientAt(server, "127.0.0.2");
        for (ushort id = 1; id <= 5; id++)
            await other.SendAsync(TestServer.Question($"m{id}.example", id: id).ToByteArray());
        await server.AskAsync(Web);
        for (var number = 0; number < 2; number++)
            await upstream.AskedAsync();
        upstream.Waiting.ShouldBe(0);

        // When they are given up there is place again.
        server.Time.Advance(TimeSpan.FromSeconds(2));
        for (var number = 0; number < 4; number++)
            TestServer.Read(await TestServer.ReceiveAsync(flood)).Status.ShouldBe(MessageStatus.ServerFailure);
        await flood.SendAsync(TestServer.Question("again.example").ToByteArray());
        TestServer.Read(await upstream.AskedAsync()).Questions[0].Name.ToString().ShouldBe("again.example");
    }

    [Fact]
    public async Task A_client_that_asks_too_often_is_heard_again_in_the_next_second()
    {
        await using var server = new TestServer(new DnsServerOptions { MostQueriesOfClient = 10 });
        server.Names.Set(Web, "10.66.255.1");
        using var client = server.Client();
        for (ushort id = 1; id <= 15; id++)
            await client.SendAsync(TestServer.Question(Web, id: id).ToByteArray());
        for (ushort id = 1; id <= 10; id++)
            TestServer.Read(await TestServer.ReceiveAsync(client)).Id.ShouldBe(id);
        // Whom it does not concern is answered, and by then all of the others were read.
        using var other = ClientAt(server, "127.0.0.2");
        await other.SendAsync(TestServer.Question(Web).ToByteArray());
        await TestServer.ReceiveAsync(other);

        server.Time.Advance(TimeSpan.FromSeconds(1));
        await client.SendAsync(TestServer.Question(Web, id: 16).ToByteArray());

        TestServer.Read(await TestServer.ReceiveAsync(client)).Id.ShouldBe((ushort)16);
    }

    [Fact]
    public async Task Connections_beyond_a_clients_share_are_closed_and_silent_ones_after_a_while()
    {
        await using var server = new TestServer(new DnsServerOptions { MostConnectionsOfClient = 2 });
        server.Names.Set(Web, "10.66.255.1");
        await using var first = await server.ConnectAsync();
        await using var second = await server.ConnectAsync();
        await AskAsync(first);
        await AskAsync(second);

        await using var third = await server.ConnectAsync();
        (await EndAsync(third)).ShouldBeTrue();

        // The limit of silence begins anew some time after the answer.
        (await EndAsync(first, () => server.Time.Advance(TimeSpan.FromSeconds(10)))).ShouldBeTrue();
        (await EndAsync(second, () => server.Time.Advance(TimeSpan.FromSeconds(10)))).ShouldBeTrue();
        await EventuallyAnsweredAsync(server);
    }

    [Theory]
    [InlineData("10.1.2.3", true)]
    [InlineData("172.31.0.1", true)]
    [InlineData("192.168.1.1", true)]
    [InlineData("198.18.255.1", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("fd00::1", true)]
    [InlineData("::ffff:10.1.2.3", true)]
    [InlineData("172.32.0.1", false)]
    [InlineData("203.0.113.1", false)]
    [InlineData("2001:db8::1", false)]
    public void Only_clients_of_private_networks_have_others_asked(string client, bool near) =>
        new Neighbourhood(TimeProvider.System).Has(IPAddress.Parse(client)).ShouldBe(near);

    [Fact]
    public void This_machine_has_others_asked_whatever_address_it_has()
    {
        var neighbourhood = new Neighbourhood(TimeProvider.System);

        NetworkInterface
            .GetAllNetworkInterfaces()
            .SelectMany(network => network.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address)
            .ShouldAllBe(address => neighbourhood.Has(address));
    }

    private static UdpClient ClientAt(TestServer server, string address)
    {
        var client = new UdpClient(new IPEndPoint(IPAddress.Parse(address), 0));
        client.Connect(server.EndPoint);
        return client;
    }

    private static async Task AskAsync(Stream stream)
    {
        await TcpMessages.WriteAsync(stream, TestServer.Question(Web).ToByteArray(), CancellationToken.None);
        (await TcpMessages.ReadAsync(stream, CancellationToken.None)).ShouldNotBeNull();
    }

    /// <summary>Whether the other side ends a connection.</summary>
    private static async Task<bool> EndAsync(Stream stream, Action? meanwhile = null)
    {
        try
        {
            var read = stream.ReadAsync(new byte[1]).AsTask();
            for (var tries = 0; !read.IsCompleted && tries < 600; tries++)
            {
                meanwhile?.Invoke();
                await Task.WhenAny(read, Task.Delay(100));
            }
            return await read.WaitAsync(TimeSpan.FromSeconds(1)) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>What was sent before may have filled the server's buffer, so that a query is lost.</summary>
    private static async Task EventuallyAnsweredAsync(TestServer server)
    {
        using var client = ClientAt(server, "127.0.0.3");
        for (var tries = 0; tries < 100; tries++)
        {
            await client.SendAsync(TestServer.Question(Web, id: 9).ToByteArray());
            // Given up and not left: it would take the next answer.
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            try
            {
                var answer = await client.ReceiveAsync(patience.Token);
                OwnNameTests.AddressesOf(TestServer.Read(answer.Buffer)).ShouldBe(["10.66.255.1"]);
                return;
            }
            catch (OperationCanceledException)
            {
                // Once more.
            }
        }

        throw new TimeoutException("The server answers no more.");
    }
}
