using System.Net;
using Estiba.Dns.Names;
using Estiba.Dns.Wire;
using Makaretu.Dns;
using AddressRecord = Estiba.Dns.Names.AddressRecord;

namespace Estiba.Dns.Tests;

/// <summary>What is answered for names of the platform.</summary>
public sealed class OwnNameTests
{
    private const string Web = "web-1990095685.eu-west-1.elb.amazonaws.com";

    [Fact]
    public async Task A_name_is_answered_with_its_addresses_which_are_good_for_a_minute()
    {
        await using var server = new TestServer();
        server.Names.Set(Web, "10.66.255.1", "10.66.254.1");

        var answer = await server.AskAsync(Web);

        answer.Id.ShouldBe((ushort)7);
        (answer.QR, answer.AA, answer.RA, answer.RD, answer.TC).ShouldBe((true, true, true, true, false));
        answer.Status.ShouldBe(MessageStatus.NoError);
        AddressesOf(answer).ShouldBe(["10.66.255.1", "10.66.254.1"], ignoreOrder: true);
        answer.Answers.ShouldAllBe(record => record.TTL == TimeSpan.FromSeconds(60));
        answer.AuthorityRecords.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_size_of_letters_does_not_matter_and_is_repeated()
    {
        await using var server = new TestServer();
        server.Names.Set(Web, "10.66.255.1");

        var answer = await server.AskAsync("wEb-1990095685.EU-west-1.elb.amazonaws.COM");

        answer.Questions[0].Name.ToString().ShouldBe("wEb-1990095685.EU-west-1.elb.amazonaws.COM");
        answer.Answers[0].Name.ToString().ShouldBe("wEb-1990095685.EU-west-1.elb.amazonaws.COM");
        AddressesOf(answer).ShouldBe(["10.66.255.1"]);
    }

    [Fact]
    public async Task Addresses_come_in_an_order_of_chance()
    {
        await using var server = new TestServer();
        server.Names.SetMany(Web, 3);
        var first = new HashSet<string>();

        for (var tries = 0; tries < 100; tries++)
            first.Add(AddressesOf(await server.AskAsync(Web))[0]);

        first.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Of_another_type_a_name_has_nothing_and_says_so_for_a_second()
    {
        await using var server = new TestServer();
        server.Names.Set(Web, "10.66.255.1");

        var answer = await server.AskAsync(Web, DnsType.AAAA);

        answer.Status.ShouldBe(MessageStatus.NoError);
        answer.Answers.ShouldBeEmpty();
        var authority = answer.AuthorityRecords.ShouldHaveSingleItem().ShouldBeOfType<SOARecord>();
        authority.Name.ToString().ShouldBe(Web);
        (authority.Minimum, authority.TTL).ShouldBe((TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task What_is_below_a_name_and_nobody_knows_does_not_exist()
    {
        await using var server = new TestServer();
        server.Names.Set(Web, "10.66.255.1");

        var answer = await server.AskAsync("nothing." + Web);

        answer.Status.ShouldBe(MessageStatus.NameError);
        answer.Answers.ShouldBeEmpty();
        answer.AuthorityRecords.ShouldHaveSingleItem().ShouldBeOfType<SOARecord>().Name.ToString().ShouldBe(Web);
    }

    [Fact]
    public async Task A_change_is_seen_by_the_next_query()
    {
        await using var server = new TestServer();
        server.Names.Set(Web, "10.66.255.1");
        AddressesOf(await server.AskAsync(Web)).ShouldBe(["10.66.255.1"]);

        server.Names.Set(Web, "10.66.255.2");

        AddressesOf(await server.AskAsync(Web)).ShouldBe(["10.66.255.2"]);
    }

    [Fact]
    public async Task Names_stand_for_addresses_of_either_kind_other_names_and_ports()
    {
        await using var server = new TestServer();
        server.Names.Names["app.local"] =
        [
            new AddressRecord(IPAddress.Parse("10.0.0.1")),
            new AddressRecord(IPAddress.Parse("fd00::1")) { TimeToLive = TimeSpan.FromSeconds(5) },
            new ServiceRecord(1, 2, 8080, "one.app.local"),
        ];
        server.Names.Names["other.local"] = [new AliasRecord("app.local")];

        var six = (await server.AskAsync("app.local", DnsType.AAAA)).Answers.ShouldHaveSingleItem();
        six.ShouldBeOfType<AAAARecord>().Address.ShouldBe(IPAddress.Parse("fd00::1"));
        six.TTL.ShouldBe(TimeSpan.FromSeconds(5));
        var port = (await server.AskAsync("app.local", DnsType.SRV)).Answers.ShouldHaveSingleItem();
        var service = port.ShouldBeOfType<SRVRecord>();
        (service.Priority, service.Weight, service.Port).ShouldBe(((ushort)1, (ushort)2, (ushort)8080));
        service.Target.ToString().ShouldBe("one.app.local");
        var alias = (await server.AskAsync("other.local")).Answers;
        alias.Select(answer => answer.Type).ShouldBe([DnsType.CNAME, DnsType.A]);
        alias[0].ShouldBeOfType<CNAMERecord>().Target.ToString().ShouldBe("app.local");
    }

    [Fact]
    public async Task The_host_of_a_port_is_written_out()
    {
        await using var server = new TestServer();
        server.Names.Names["web.app.local"] = [new ServiceRecord(1, 1, 80, "one.web.app.local")];
        using var client = server.Client();

        await client.SendAsync(TestServer.Question("web.app.local", DnsType.SRV).ToByteArray());
        var packet = await TestServer.ReceiveAsync(client);

        byte[] host = [3, .. "one"u8, 3, .. "web"u8, 3, .. "app"u8, 5, .. "local"u8, 0];
        packet[^host.Length..].ShouldBe(host);
    }

    [Theory]
    [InlineData(null, 512)]
    [InlineData(100, 512)]
    [InlineData(1232, 1232)]
    [InlineData(4096, 1232)]
    public async Task What_does_not_fit_into_a_datagram_is_told_to_be_truncated(int? size, int limit)
    {
        await using var server = new TestServer();
        server.Names.SetMany(Web, 100);
        server.Names.SetMany("fits." + Web, (limit - 100) / 16);

        var fits = await server.AskAsync("fits." + Web, size: size);
        (fits.TC, fits.Answers.Count).ShouldBe((false, (limit - 100) / 16));
        using var client = server.Client();
        await client.SendAsync(TestServer.Question(Web, size: size).ToByteArray());
        var packet = await TestServer.ReceiveAsync(client);

        packet.Length.ShouldBeLessThanOrEqualTo(limit);
        var answer = TestServer.Read(packet);
        (answer.TC, answer.Answers.Count).ShouldBe((true, 0));
        answer.AdditionalRecords.Count.ShouldBe(size is null ? 0 : 1);
    }

    [Fact]
    public async Task Over_a_connection_everything_fits_and_several_may_be_asked()
    {
        await using var server = new TestServer();
        server.Names.SetMany(Web, 200);
        await using var stream = await server.ConnectAsync();

        for (ushort id = 1; id <= 3; id++)
        {
            await TcpMessages.WriteAsync(
                stream,
                TestServer.Question(Web, id: id).ToByteArray(),
                CancellationToken.None
            );
            var answer = TestServer.Read((await TcpMessages.ReadAsync(stream, CancellationToken.None))!);
            (answer.Id, answer.TC, answer.Answers.Count).ShouldBe((id, false, 200));
        }
    }

    [Fact]
    public async Task A_version_of_extensions_that_is_not_known_is_refused_with_the_one_that_is()
    {
        await using var server = new TestServer();
        server.Names.Set(Web, "10.66.255.1");
        var query = TestServer.Question(Web);
        query.AdditionalRecords.Add(new OPTRecord { RequestorPayloadSize = 1232, Version = 1 });
        using var client = server.Client();

        await client.SendAsync(query.ToByteArray());

        // 16 is BADVERS (RFC 6891): the header has its lower four bits.
        var answer = TestServer.Read(await TestServer.ReceiveAsync(client));
        answer.Answers.ShouldBeEmpty();
        answer.Status.ShouldBe(MessageStatus.NoError);
        var extensions = answer.AdditionalRecords.ShouldHaveSingleItem().ShouldBeOfType<OPTRecord>();
        (extensions.Opcode8, extensions.Version).ShouldBe(((byte)1, (byte)0));
    }

    [Fact]
    public async Task What_is_no_usual_query_is_refused()
    {
        await using var server = new TestServer();
        server.Names.Set(Web, "10.66.255.1");
        using var client = server.Client();
        var status = TestServer.Question(Web);
        status.Opcode = MessageOperation.Status;
        var two = TestServer.Question(Web);
        two.Questions.Add(new Question { Name = "two.local" });

        await client.SendAsync(status.ToByteArray());
        TestServer.Read(await TestServer.ReceiveAsync(client)).Status.ShouldBe(MessageStatus.NotImplemented);
        await client.SendAsync(two.ToByteArray());
        TestServer.Read(await TestServer.ReceiveAsync(client)).Status.ShouldBe(MessageStatus.FormatError);
    }

    internal static List<string> AddressesOf(Message answer) =>
        [.. answer.Answers.OfType<ARecord>().Select(record => record.Address.ToString())];
}
