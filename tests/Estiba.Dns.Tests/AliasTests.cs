using System.Net;
using Estiba.Dns.Names;
using Makaretu.Dns;
using AddressRecord = Estiba.Dns.Names.AddressRecord;

namespace Estiba.Dns.Tests;

/// <summary>Names that stand for others: whoever asks for addresses gets them with the name.</summary>
public sealed class AliasTests
{
    [Fact]
    public async Task The_addresses_of_a_name_of_the_platform_come_with_the_names_that_stand_for_it()
    {
        await using var server = new TestServer();
        server.Names.Set("web.local", "10.0.0.1");
        server.Names.Names["one.local"] = [new AliasRecord("Two.local")];
        server.Names.Names["two.local"] = [new AliasRecord("web.local")];

        var answer = await server.AskAsync("one.local");

        answer.Answers.OfType<CNAMERecord>().Count().ShouldBe(2);
        OwnNameTests.AddressesOf(answer).ShouldBe(["10.0.0.1"]);
        (await server.AskAsync("one.local", DnsType.AAAA)).Answers.Count.ShouldBe(2);
        (await server.AskAsync("one.local", DnsType.CNAME)).Answers.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_name_that_stands_for_nothing_says_so()
    {
        await using var server = new TestServer();
        server.Names.Set("web.local", "10.0.0.1");
        server.Names.Names["one.local"] = [new AliasRecord("nothing.web.local")];

        var answer = await server.AskAsync("one.local");

        answer.Status.ShouldBe(MessageStatus.NameError);
        answer.Answers.ShouldHaveSingleItem().ShouldBeOfType<CNAMERecord>();
        answer.AuthorityRecords.ShouldHaveSingleItem().Name.ToString().ShouldBe("web.local");
    }

    [Fact]
    public async Task Names_that_stand_for_each_other_end()
    {
        await using var server = new TestServer();
        server.Names.Names["one.local"] = [new AliasRecord("two.local")];
        server.Names.Names["two.local"] = [new AliasRecord("one.local")];

        OwnNameTests.AddressesOf(await server.AskAsync("one.local")).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_addresses_of_somebody_elses_name_are_asked_for()
    {
        await using var upstream = new StandInUpstream
        {
            Answers = query =>
            {
                var question = TestServer.Read(query);
                var answer = question.CreateResponse();
                answer.Answers.Add(new CNAMERecord { Name = "db.example.org", Target = "7.example.org" });
                answer.Answers.Add(
                    new ARecord
                    {
                        Name = "7.example.org",
                        Address = IPAddress.Parse("192.0.2.7"),
                        TTL = TimeSpan.FromSeconds(9),
                    }
                );
                return [answer.ToByteArray()];
            },
        };
        await using var server = new TestServer(upstream: upstream.EndPoint);
        server.Names.Names["db.local"] = [new AliasRecord("db.example.org")];

        var answer = await server.AskAsync("db.local");

        answer.Id.ShouldBe((ushort)7);
        answer.Questions.Single().Name.ToString().ShouldBe("db.local");
        OwnNameTests.AddressesOf(answer).ShouldBe(["192.0.2.7"]);
        var address = answer.Answers.OfType<ARecord>().Single();
        (address.Name.ToString(), address.TTL).ShouldBe(("db.example.org", TimeSpan.FromSeconds(9)));
        TestServer.Read(await upstream.AskedAsync()).Questions.Single().Name.ToString().ShouldBe("db.example.org");
    }

    [Theory]
    [InlineData(12)]
    [InlineData(20)]
    [InlineData(36)]
    [InlineData(50)]
    public async Task What_is_cut_off_somewhere_has_no_address(int length)
    {
        await using var upstream = new StandInUpstream
        {
            Answers = query =>
            {
                var answer = TestServer.Read(query).CreateResponse();
                answer.Answers.Add(new ARecord { Name = "db.example.org", Address = IPAddress.Parse("192.0.2.7") });
                var whole = answer.ToByteArray();
                return [whole[..Math.Min(length, whole.Length - 1)], whole];
            },
        };
        await using var server = new TestServer(upstream: upstream.EndPoint);
        server.Names.Names["db.local"] = [new AliasRecord("db.example.org")];

        var answer = await server.AskAsync("db.local");

        answer.Answers.Count.ShouldBeLessThanOrEqualTo(2);
        answer.Status.ShouldBe(MessageStatus.NoError);
    }

    [Fact]
    public async Task A_zone_tells_who_it_is_and_how_long_nothing_is_remembered()
    {
        await using var server = new TestServer();
        var zone = new AuthorityRecord("ns.local", "host.local")
        {
            TimeToLive = TimeSpan.FromSeconds(30),
            Minimum = TimeSpan.FromSeconds(20),
        };
        server.Names.Names["zone.local"] =
        [
            zone,
            new NameServerRecord("ns.local"),
            new AddressRecord(IPAddress.Parse("10.0.0.1")),
        ];
        server.Names.Zones["zone.local"] = zone;

        var own = (await server.AskAsync("zone.local", DnsType.SOA)).Answers.ShouldHaveSingleItem();
        own.ShouldBeOfType<SOARecord>().TTL.ShouldBe(TimeSpan.FromSeconds(30));
        (await server.AskAsync("zone.local", DnsType.NS))
            .Answers.ShouldHaveSingleItem()
            .ShouldBeOfType<NSRecord>()
            .Authority.ToString()
            .ShouldBe("ns.local");
        var nothing = (await server.AskAsync("nothing.zone.local")).AuthorityRecords.ShouldHaveSingleItem();
        var soa = nothing.ShouldBeOfType<SOARecord>();
        (soa.PrimaryName.ToString(), soa.TTL).ShouldBe(("ns.local", TimeSpan.FromSeconds(20)));
    }
}
