using Estiba.Contracts.Route53;
using static Estiba.ServiceDiscovery.Tests.DiscoveryWorld;

namespace Estiba.ServiceDiscovery.Tests.HostedZones;

/// <summary>Namespaces as hosted zones: they can be read from any region.</summary>
public sealed class Route53Tests
{
    private static readonly Estiba.Contracts.CallContext Global = In("111122223333", "us-east-1");

    [Fact]
    public async Task A_namespace_is_a_zone()
    {
        await using var world = await CreateAsync();
        var its = await world.NamespaceAsync(await world.PrivateAsync());
        var id = its.Properties!.DnsProperties!.HostedZoneId!;

        var zone = await world.Route53.GetHostedZoneAsync(new GetHostedZoneRequest { Id = id }, Global);

        (zone.HostedZone!.Id, zone.HostedZone.Name).ShouldBe(($"/hostedzone/{id}", "app.local."));
        (zone.HostedZone.Config!.PrivateZone, zone.HostedZone.ResourceRecordSetCount).ShouldBe((true, 2));
        zone.HostedZone.LinkedService!.ServicePrincipal.ShouldBe("servicediscovery.amazonaws.com");
        zone.HostedZone.LinkedService.Description.ShouldBe(its.Arn);
        zone.VPCs!.Single().ShouldBe(new VPC { VPCId = Vpc, VPCRegion = "eu-west-1" });
        var unknown = new GetHostedZoneRequest { Id = "ZUNKNOWN" };
        (await ErrorOfAsync(() => world.Route53.GetHostedZoneAsync(unknown, Global))).ShouldBe(
            ("NoSuchHostedZone", "No hosted zone found with ID: ZUNKNOWN")
        );
    }

    [Fact]
    public async Task Instances_are_record_sets_in_the_order_of_their_names()
    {
        await using var world = await CreateAsync();
        var its = await world.PrivateAsync(ttl: 30);
        var web = await world.ServiceAsync(its, records: ("SRV", 10));
        var api = await world.ServiceAsync(its, "api", "WEIGHTED", records: ("A", 5));
        await world.RegisterAsync(web, "one", ("AWS_INSTANCE_IPV4", "10.0.0.1"), ("AWS_INSTANCE_PORT", "8080"));
        await world.AddressAsync(api, "two", "10.0.0.2");
        var zone = (await world.NamespaceAsync(its)).Properties!.DnsProperties!.HostedZoneId!;

        var sets = await world.Route53.ListResourceRecordSetsAsync(
            new ListResourceRecordSetsRequest { HostedZoneId = zone },
            Global
        );

        sets.ResourceRecordSets!.Select(set => $"{set.Name} {set.TTL} {set.Type} {set.SetIdentifier}".TrimEnd())
            .ShouldBe([
                "app.local. 172800 NS",
                "app.local. 30 SOA",
                "api.app.local. 5 A two",
                "web.app.local. 10 SRV one",
                "one.web.app.local. 10 A",
            ]);
        (sets.ResourceRecordSets![2].Weight, sets.ResourceRecordSets[3].MultiValueAnswer).ShouldBe((1, true));
        sets.ResourceRecordSets[3].ResourceRecords!.Single().Value.ShouldBe("1 1 8080 one.web.app.local");
        sets.ResourceRecordSets[1]
            .ResourceRecords!.Single()
            .Value.ShouldBe("ns-1536.awsdns-00.co.uk. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400");
        var second = await world.Route53.ListResourceRecordSetsAsync(
            new ListResourceRecordSetsRequest
            {
                HostedZoneId = zone,
                StartRecordName = "api.app.local",
                MaxItems = "1",
            },
            Global
        );
        second.ResourceRecordSets!.Single().Name.ShouldBe("api.app.local.");
        (second.IsTruncated, second.NextRecordName, second.NextRecordType).ShouldBe((true, "web.app.local.", "SRV"));
    }

    [Fact]
    public async Task Zones_are_listed_by_name_and_by_VPC()
    {
        await using var world = await CreateAsync();
        await world.PrivateAsync("one.local");
        await world.PrivateAsync("two.local");
        await world.HttpAsync();

        var all = await world.Route53.ListHostedZonesAsync(new ListHostedZonesRequest(), Global);
        var named = await world.Route53.ListHostedZonesByNameAsync(
            new ListHostedZonesByNameRequest { DNSName = "two.local" },
            Global
        );
        var ofVpc = await world.Route53.ListHostedZonesByVPCAsync(
            new ListHostedZonesByVPCRequest { VPCId = Vpc, VPCRegion = "eu-west-1" },
            Global
        );
        var count = await world.Route53.GetHostedZoneCountAsync(new GetHostedZoneCountRequest(), Global);

        all.HostedZones!.Select(zone => zone.Name).ShouldBe(["one.local.", "two.local."], ignoreOrder: true);
        named.HostedZones!.Single().Name.ShouldBe("two.local.");
        ofVpc.HostedZoneSummaries!.Count.ShouldBe(2);
        count.HostedZoneCount.ShouldBe(2);
    }
}
