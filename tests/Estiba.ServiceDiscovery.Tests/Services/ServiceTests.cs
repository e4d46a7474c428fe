using Estiba.Contracts;
using Estiba.Contracts.ServiceDiscovery;
using static Estiba.ServiceDiscovery.Tests.DiscoveryWorld;

namespace Estiba.ServiceDiscovery.Tests.Services;

public sealed class ServiceTests
{
    [Fact]
    public async Task A_service_is_shown_as_it_was_made()
    {
        await using var world = await CreateAsync();
        var its = await world.PrivateAsync();
        var id = await world.ServiceAsync(its, records: [("A", 10), ("SRV", 20)]);

        var service = (await world.Api.GetServiceAsync(new GetServiceRequest { Id = id }, Context)).Service!;

        service.Arn.ShouldBe($"arn:aws:servicediscovery:eu-west-1:111122223333:service/{id}");
        (service.Name, service.Type, service.NamespaceId).ShouldBe(("web", "DNS_HTTP", its));
        (service.DnsConfig!.RoutingPolicy, service.DnsConfig.NamespaceId).ShouldBe(("MULTIVALUE", its));
        service.DnsConfig.DnsRecords!.Select(record => $"{record.Type} {record.TTL}").ShouldBe(["A 10", "SRV 20"]);
        service.HealthCheckCustomConfig!.FailureThreshold.ShouldBe(1);
        (await world.NamespaceAsync(its)).ServiceCount.ShouldBe(1);
    }

    [Fact]
    public async Task A_name_is_there_once_and_in_DNS_letters_of_either_size_are_the_same()
    {
        await using var world = await CreateAsync();
        var its = await world.PrivateAsync();
        var id = await world.ServiceAsync(its, records: ("A", 60));

        var refused = await Should.ThrowAsync<AwsException>(() => world.ServiceAsync(its, "WEB", records: ("A", 60)));

        (refused.Code, refused.Message).ShouldBe(("ServiceAlreadyExists", "Service already exists."));
        var details = refused.Details.ShouldBeOfType<ServiceAlreadyExistsDetails>();
        (details.ServiceId, details.ServiceArn).ShouldBe(
            (id, $"arn:aws:servicediscovery:eu-west-1:111122223333:service/{id}")
        );
        var http = await world.HttpAsync();
        await world.ServiceAsync(http, "web");
        await world.ServiceAsync(http, "WEB");
    }

    [Fact]
    public async Task Records_that_do_not_go_together_are_refused()
    {
        await using var world = await CreateAsync();
        var its = await world.PrivateAsync();
        async Task<string> CodeAsync(string? policy, params (string, long)[] records) =>
            (await ErrorOfAsync(() => world.ServiceAsync(its, policy: policy, records: records))).Code;

        (await CodeAsync("WEIGHTED", ("CNAME", 60), ("A", 60))).ShouldBe("InvalidInput");
        (await CodeAsync("MULTIVALUE", ("CNAME", 60))).ShouldBe("InvalidInput");
        (await CodeAsync(null, ("A", 60), ("A", 30))).ShouldBe("InvalidInput");
        (await CodeAsync(null)).ShouldBe("InvalidInput");
        (
            await ErrorOfAsync(async () => await world.ServiceAsync(await world.HttpAsync(), records: ("A", 60)))
        ).ShouldBe(("InvalidInput", "DnsConfig can't be specified for a service in an HTTP namespace."));
    }

    [Fact]
    public async Task A_service_with_instances_stays()
    {
        await using var world = await CreateAsync();
        var id = await world.ServiceAsync(await world.PrivateAsync(), records: ("A", 60));
        await world.AddressAsync(id, "one", "10.0.0.1");
        Task DeleteAsync() => world.Api.DeleteServiceAsync(new DeleteServiceRequest { Id = id }, Context);

        (await ErrorOfAsync(DeleteAsync)).ShouldBe(
            ("ResourceInUse", "Service contains registered instances; delete the instances before deleting the service")
        );
        await world.DeregisterAsync(id, "one");
        await DeleteAsync();

        (await ErrorOfAsync(DeleteAsync)).ShouldBe(("ServiceNotFound", "No service exists with the specified ID."));
    }

    [Fact]
    public async Task A_change_is_for_how_long_records_are_remembered_and_for_no_other_type()
    {
        await using var world = await CreateAsync();
        var id = await world.ServiceAsync(await world.PrivateAsync(), records: ("A", 60));

        await ChangeAsync("A", 5);

        var service = (await world.Api.GetServiceAsync(new GetServiceRequest { Id = id }, Context)).Service!;
        service.DnsConfig!.DnsRecords!.Single().TTL.ShouldBe(5);
        (await ErrorOfAsync(() => ChangeAsync("AAAA", 5))).Code.ShouldBe("InvalidInput");

        Task ChangeAsync(string type, long ttl) =>
            world.Api.UpdateServiceAsync(
                new UpdateServiceRequest
                {
                    Id = id,
                    Service = new ServiceChange
                    {
                        DnsConfig = new DnsConfigChange { DnsRecords = [new DnsRecord { Type = type, TTL = ttl }] },
                    },
                },
                Context
            );
    }

    [Fact]
    public async Task Attributes_of_a_service_are_put_and_taken()
    {
        await using var world = await CreateAsync();
        var id = await world.ServiceAsync(await world.HttpAsync());
        Task PutAsync(Dictionary<string, string> attributes) =>
            world.Api.UpdateServiceAttributesAsync(
                new UpdateServiceAttributesRequest { ServiceId = id, Attributes = attributes },
                Context
            );

        await PutAsync(new() { ["port"] = "80", ["team"] = "web" });
        await world.Api.DeleteServiceAttributesAsync(
            new DeleteServiceAttributesRequest { ServiceId = id, Attributes = ["team"] },
            Context
        );

        var found = await world.Api.GetServiceAttributesAsync(
            new GetServiceAttributesRequest { ServiceId = id },
            Context
        );
        found.ServiceAttributes!.Attributes.ShouldBe(new Dictionary<string, string> { ["port"] = "80" });
        var many = Enumerable.Range(0, 30).ToDictionary(number => $"key-{number}", _ => "");
        (await ErrorOfAsync(() => PutAsync(many))).Code.ShouldBe("ServiceAttributesLimitExceededException");
    }

    [Fact]
    public async Task Services_are_listed_by_namespace()
    {
        await using var world = await CreateAsync();
        var (one, two) = (await world.PrivateAsync("one.local"), await world.PrivateAsync("two.local"));
        await world.ServiceAsync(one, records: ("A", 60));
        await world.ServiceAsync(two, records: ("A", 60));

        var listed = await world.Api.ListServicesAsync(
            new ListServicesRequest { Filters = [new ServiceFilter { Name = "NAMESPACE_ID", Values = [one] }] },
            Context
        );

        listed.Services!.ShouldHaveSingleItem();
    }
}
