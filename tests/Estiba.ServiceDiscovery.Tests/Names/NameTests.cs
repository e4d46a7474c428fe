using System.Net;
using System.Net.Sockets;
using Estiba.Dns;
using Estiba.Dns.Tests;
using Makaretu.Dns;
using Microsoft.Extensions.Logging.Abstractions;
using static Estiba.ServiceDiscovery.Tests.DiscoveryWorld;

namespace Estiba.ServiceDiscovery.Tests.Names;

/// <summary>What a resolver is answered over the wire.</summary>
public sealed class NameTests
{
    [Fact]
    public async Task A_service_is_answered_with_its_instances_and_a_change_is_in_the_next_answer()
    {
        await using var world = await CreateAsync();
        await using var server = Serve(world);
        var id = await world.ServiceAsync(await world.PrivateAsync(), records: ("A", 7));
        await world.AddressAsync(id, "one", "10.0.0.1");
        await world.AddressAsync(id, "two", "10.0.0.2");

        var answer = await AskAsync(server, "web.app.local");
        AddressesOf(answer).ShouldBe(["10.0.0.1", "10.0.0.2"]);
        answer.Answers.ShouldAllBe(record => record.TTL == TimeSpan.FromSeconds(7));
        await world.DeregisterAsync(id, "one");
        AddressesOf(await AskAsync(server, "WEB.app.LOCAL")).ShouldBe(["10.0.0.2"]);
        await world.TellAsync(id, "two", "UNHEALTHY");
        AddressesOf(await AskAsync(server, "web.app.local")).ShouldBe(["10.0.0.2"]);
        await world.AddressAsync(id, "three", "10.0.0.3");
        AddressesOf(await AskAsync(server, "web.app.local")).ShouldBe(["10.0.0.3"]);
    }

    [Fact]
    public async Task No_more_than_eight_are_answered_and_one_where_they_have_weights()
    {
        await using var world = await CreateAsync();
        await using var server = Serve(world);
        var its = await world.PrivateAsync();
        var many = await world.ServiceAsync(its, "many", records: ("A", 60));
        var one = await world.ServiceAsync(its, "one", "WEIGHTED", records: ("A", 60));
        for (var number = 1; number <= 9; number++)
        {
            await world.AddressAsync(many, $"i-{number}", $"10.0.0.{number}");
            await world.AddressAsync(one, $"i-{number}", $"10.0.0.{number}");
        }

        AddressesOf(await AskAsync(server, "many.app.local")).Count.ShouldBe(8);
        var seen = new HashSet<string>();
        for (var tries = 0; tries < 200; tries++)
            seen.Add(AddressesOf(await AskAsync(server, "one.app.local")).ShouldHaveSingleItem());
        seen.Count.ShouldBe(9);
    }

    [Fact]
    public async Task A_port_comes_with_the_name_of_a_host_which_has_addresses()
    {
        await using var world = await CreateAsync();
        await using var server = Serve(world);
        var id = await world.ServiceAsync(await world.PrivateAsync(), "_web._tcp", records: ("SRV", 10));
        await world.RegisterAsync(
            id,
            "Task.1",
            ("AWS_INSTANCE_IPV4", "10.0.0.1"),
            ("AWS_INSTANCE_IPV6", "fd00::1"),
            ("AWS_INSTANCE_PORT", "8080")
        );

        var answer = await AskAsync(server, "_web._tcp.app.local", DnsType.SRV);
        var record = answer.Answers.ShouldHaveSingleItem().ShouldBeOfType<SRVRecord>();
        (record.Priority, record.Weight, record.Port).ShouldBe(((ushort)1, (ushort)1, (ushort)8080));
        record.Target.ToString().ShouldBe("task.1._web._tcp.app.local");
        AddressesOf(await AskAsync(server, record.Target.ToString())).ShouldBe(["10.0.0.1"]);
        (await AskAsync(server, record.Target.ToString(), DnsType.AAAA)).Answers.ShouldHaveSingleItem();
        var between = await AskAsync(server, "_tcp.app.local");
        (between.Status, between.Answers.Count).ShouldBe((MessageStatus.NoError, 0));
    }

    [Fact]
    public async Task A_name_that_is_not_there_may_be_remembered_as_long_as_the_namespace_says()
    {
        await using var world = await CreateAsync();
        await using var server = Serve(world);
        var its = await world.PrivateAsync(ttl: 20);
        await world.ServiceAsync(its, "empty", records: ("A", 60));

        foreach (var name in new[] { "nothing.app.local", "empty.app.local" })
        {
            var answer = await AskAsync(server, name);
            answer.Status.ShouldBe(MessageStatus.NameError);
            var zone = answer.AuthorityRecords.ShouldHaveSingleItem().ShouldBeOfType<SOARecord>();
            (zone.Name.ToString(), zone.TTL).ShouldBe(("app.local", TimeSpan.FromSeconds(20)));
        }
    }

    [Fact]
    public async Task A_zone_says_who_answers_for_it()
    {
        await using var world = await CreateAsync();
        await using var server = Serve(world);
        await world.PrivateAsync(ttl: 20);

        (await AskAsync(server, "app.local", DnsType.NS)).Answers.OfType<NSRecord>().Count().ShouldBe(4);
        var zone = (await AskAsync(server, "app.local", DnsType.SOA)).Answers.ShouldHaveSingleItem();
        zone.ShouldBeOfType<SOARecord>().PrimaryName.ToString().ShouldBe("ns-1536.awsdns-00.co.uk");
    }

    [Fact]
    public async Task A_name_that_stands_for_another_is_answered_with_what_that_has()
    {
        await using var world = await CreateAsync();
        await using var server = Serve(world);
        var its = await world.PrivateAsync();
        var web = await world.ServiceAsync(its, records: ("A", 60));
        var other = await world.ServiceAsync(its, "other", "WEIGHTED", records: ("CNAME", 60));
        await world.AddressAsync(web, "one", "10.0.0.1");
        await world.RegisterAsync(other, "one", ("AWS_INSTANCE_CNAME", "web.app.local."));

        var answer = await AskAsync(server, "other.app.local");

        answer.Answers.OfType<CNAMERecord>().Single().Target.ToString().ShouldBe("web.app.local");
        AddressesOf(answer).ShouldBe(["10.0.0.1"]);
        (await AskAsync(server, "other.app.local", DnsType.CNAME)).Answers.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Names_that_stand_for_themselves_end()
    {
        await using var world = await CreateAsync();
        await using var server = Serve(world);
        var its = await world.PrivateAsync();
        var name = await world.ServiceAsync(its, "name", "WEIGHTED", records: ("CNAME", 60));
        var alias = await world.ServiceAsync(its, "alias", "WEIGHTED", records: ("A", 60));
        await world.RegisterAsync(name, "one", ("AWS_INSTANCE_CNAME", "name.app.local"));
        await world.RegisterAsync(alias, "one", ("AWS_ALIAS_DNS_NAME", "alias.app.local"));

        AddressesOf(await AskAsync(server, "name.app.local")).ShouldBeEmpty();
        AddressesOf(await AskAsync(server, "alias.app.local")).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_hosts_file_has_what_is_healthy()
    {
        await using var world = await CreateAsync();
        var id = await world.ServiceAsync(await world.PrivateAsync(), records: ("A", 60));
        await world.AddressAsync(id, "one", "10.0.0.1");
        await world.AddressAsync(id, "two", "10.0.0.2");
        await world.TellAsync(id, "two", "UNHEALTHY");

        var entry = world.Names.Hosts().ShouldHaveSingleItem();

        (entry.Address.ToString(), entry.Names.Single()).ShouldBe(("10.0.0.1", "web.app.local"));
    }

    [Fact]
    public async Task A_namespace_that_is_deleted_owns_no_name()
    {
        await using var world = await CreateAsync();
        var id = await world.PrivateAsync();
        world.Names.Find("web.app.local").ShouldNotBeNull();

        await world.Api.DeleteNamespaceAsync(
            new Estiba.Contracts.ServiceDiscovery.DeleteNamespaceRequest { Id = id },
            Context
        );

        world.Names.Find("web.app.local").ShouldBeNull();
    }

    private static DnsServer Serve(DiscoveryWorld world) =>
        DnsServer.Start(
            new IPEndPoint(Loopback.Any(), 0),
            world.Names,
            () => [],
            new DnsServerOptions(),
            world.Time,
            Random.Shared,
            NullLogger.Instance
        );

    private static async Task<Message> AskAsync(DnsServer server, string name, DnsType type = DnsType.A)
    {
        using var client = new UdpClient(AddressFamily.InterNetwork);
        client.Connect(server.EndPoint);
        var query = new Message
        {
            Id = 7,
            RD = true,
            Questions =
            {
                new Question { Name = name, Type = type },
            },
        };
        await client.SendAsync(query.ToByteArray());
        var answer = new Message();
        answer.Read((await client.ReceiveAsync().WaitAsync(TimeSpan.FromSeconds(60))).Buffer);
        return answer;
    }

    private static List<string> AddressesOf(Message answer) =>
        [.. answer.Answers.OfType<ARecord>().Select(record => record.Address.ToString()).Order(StringComparer.Ordinal)];
}
