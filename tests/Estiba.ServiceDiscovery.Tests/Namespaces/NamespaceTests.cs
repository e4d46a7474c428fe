using Estiba.Contracts;
using Estiba.Contracts.ServiceDiscovery;
using static Estiba.ServiceDiscovery.Tests.DiscoveryWorld;

namespace Estiba.ServiceDiscovery.Tests.Namespaces;

public sealed class NamespaceTests
{
    [Fact]
    public async Task A_private_namespace_is_there_when_its_operation_has_succeeded()
    {
        await using var world = await CreateAsync();
        var created = await world.Api.CreatePrivateDnsNamespaceAsync(Private("app.local"), Context);
        var operation = await world.OperationAsync(created.OperationId!);
        (operation.Type, operation.Status).ShouldBe(("CREATE_NAMESPACE", "PENDING"));
        var id = operation.Targets!["NAMESPACE"];
        (await ErrorOfAsync(() => world.NamespaceAsync(id))).Code.ShouldBe("NamespaceNotFound");

        await world.SettleAsync();

        (await world.OperationAsync(created.OperationId!)).Status.ShouldBe("SUCCESS");
        var its = await world.NamespaceAsync(id);
        its.Arn.ShouldBe($"arn:aws:servicediscovery:eu-west-1:111122223333:namespace/{id}");
        (its.Name, its.Type, its.ServiceCount).ShouldBe(("app.local", "DNS_PRIVATE", 0));
        its.Properties!.HttpProperties!.HttpName.ShouldBe("app.local");
        its.Properties.DnsProperties!.HostedZoneId!.ShouldStartWith("Z");
        its.Properties.DnsProperties.SOA!.TTL.ShouldBe(15);
    }

    [Fact]
    public async Task An_operation_that_a_restart_interrupted_ends()
    {
        await using var world = await CreateAsync();
        var created = await world.Api.CreatePrivateDnsNamespaceAsync(Private("app.local"), Context);

        await world.RestartAsync();
        await world.SettleAsync();

        (await world.OperationAsync(created.OperationId!)).Status.ShouldBe("SUCCESS");
    }

    [Fact]
    public async Task A_VPC_has_a_name_once_which_the_operation_says()
    {
        await using var world = await CreateAsync();
        await world.PrivateAsync("app.local");

        var again = await world.Api.CreatePrivateDnsNamespaceAsync(Private("app.local"), Context);
        await world.SettleAsync();

        var operation = await world.OperationAsync(again.OperationId!);
        (operation.Status, operation.ErrorCode).ShouldBe(("FAIL", "CANNOT_CREATE_HOSTED_ZONE"));
        operation.ErrorMessage.ShouldBe(
            "The VPC that you chose, vpc-1 in region eu-west-1, is already associated with another private hosted zone "
                + "that has an overlapping name space, app.local.."
        );
        (await world.Api.ListNamespacesAsync(new ListNamespacesRequest(), Context)).Namespaces!.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_VPC_that_is_not_there_is_told_by_the_operation()
    {
        await using var world = await CreateAsync();

        var created = await world.Api.CreatePrivateDnsNamespaceAsync(
            Private("app.local") with
            {
                Vpc = "vpc-other",
            },
            Context
        );
        await world.SettleAsync();

        var operation = await world.OperationAsync(created.OperationId!);
        (operation.Status, operation.ErrorCode).ShouldBe(("FAIL", "CANNOT_CREATE_HOSTED_ZONE"));
    }

    [Fact]
    public async Task What_is_asked_for_twice_at_once_is_done_once()
    {
        await using var world = await CreateAsync();
        var request = Private("app.local") with { CreatorRequestId = "once" };
        var first = await world.Api.CreatePrivateDnsNamespaceAsync(request, Context);

        var second = await Should.ThrowAsync<AwsException>(() =>
            world.Api.CreatePrivateDnsNamespaceAsync(request, Context)
        );
        second.Code.ShouldBe("DuplicateRequest");
        second.Details.ShouldBeOfType<DuplicateRequestDetails>().DuplicateOperationId.ShouldBe(first.OperationId);
        await world.SettleAsync();
        var third = await Should.ThrowAsync<AwsException>(() =>
            world.Api.CreatePrivateDnsNamespaceAsync(request, Context)
        );

        third.Code.ShouldBe("NamespaceAlreadyExists");
        var details = third.Details.ShouldBeOfType<NamespaceAlreadyExistsDetails>();
        (details.CreatorRequestId, details.NamespaceId).ShouldBe(
            ("once", (await world.OperationAsync(first.OperationId!)).Targets!["NAMESPACE"])
        );
    }

    [Fact]
    public async Task A_name_that_another_namespace_is_discovered_by_gets_something_added()
    {
        await using var world = await CreateAsync();
        await world.HttpAsync("app.local");

        var its = await world.NamespaceAsync(await world.PrivateAsync("app.local"));

        its.Name.ShouldBe("app.local");
        its.Properties!.HttpProperties!.HttpName!.ShouldStartWith("app.local-");
        (
            await ErrorOfAsync(() =>
                world.Api.CreateHttpNamespaceAsync(new CreateHttpNamespaceRequest { Name = "app.local" }, Context)
            )
        ).ShouldBe(("NamespaceAlreadyExists", "The namespace that you're trying to create already exists."));
    }

    [Theory]
    [InlineData("app..local")]
    [InlineData("app.local.")]
    [InlineData("app/local")]
    public async Task A_name_that_nobody_could_ask_for_is_refused(string name)
    {
        await using var world = await CreateAsync();

        (await ErrorOfAsync(() => world.Api.CreatePrivateDnsNamespaceAsync(Private(name), Context))).Code.ShouldBe(
            "InvalidInput"
        );
    }

    [Fact]
    public async Task A_namespace_with_services_stays()
    {
        await using var world = await CreateAsync();
        var id = await world.PrivateAsync();
        var service = await world.ServiceAsync(id, records: ("A", 60));
        Task DeleteAsync() => world.Api.DeleteNamespaceAsync(new DeleteNamespaceRequest { Id = id }, Context);

        (await ErrorOfAsync(DeleteAsync)).Code.ShouldBe("ResourceInUse");
        await world.Api.DeleteServiceAsync(new DeleteServiceRequest { Id = service }, Context);
        await DeleteAsync();

        (await ErrorOfAsync(DeleteAsync)).ShouldBe(("NamespaceNotFound", "No namespace exists with the specified ID."));
    }

    [Fact]
    public async Task How_long_nothing_is_remembered_can_be_changed()
    {
        await using var world = await CreateAsync();
        var id = await world.PrivateAsync(ttl: 30);

        await world.Api.UpdatePrivateDnsNamespaceAsync(
            new UpdatePrivateDnsNamespaceRequest
            {
                Id = id,
                Namespace = new PrivateDnsNamespaceChange
                {
                    Description = "Names",
                    Properties = new PrivateDnsNamespacePropertiesChange
                    {
                        DnsProperties = new PrivateDnsPropertiesMutableChange { SOA = new SOAChange { TTL = 60 } },
                    },
                },
            },
            Context
        );

        var its = await world.NamespaceAsync(id);
        (its.Description, its.Properties!.DnsProperties!.SOA!.TTL).ShouldBe(("Names", 60));
        (
            await ErrorOfAsync(() =>
                world.Api.UpdateHttpNamespaceAsync(
                    new UpdateHttpNamespaceRequest
                    {
                        Id = id,
                        Namespace = new HttpNamespaceChange { Description = "" },
                    },
                    Context
                )
            )
        ).Code.ShouldBe("InvalidInput");
    }

    [Fact]
    public async Task Namespaces_are_listed_by_filters_and_in_pages()
    {
        await using var world = await CreateAsync();
        await world.PrivateAsync("one.local");
        await world.PrivateAsync("two.local");
        await world.HttpAsync("one");

        (await ListAsync("TYPE", "EQ", "DNS_PRIVATE")).ShouldBe(["one.local", "two.local"], ignoreOrder: true);
        (await ListAsync("NAME", "BEGINS_WITH", "one")).ShouldBe(["one.local", "one"], ignoreOrder: true);
        (await ListAsync("HTTP_NAME", null, "one")).ShouldBe(["one"]);
        (await ListAsync("RESOURCE_OWNER", "EQ", "OTHER_ACCOUNTS")).ShouldBeEmpty();
        (await ErrorOfAsync(() => ListAsync("TYPE", "BETWEEN", "HTTP"))).Code.ShouldBe("InvalidInput");
        var first = await world.Api.ListNamespacesAsync(new ListNamespacesRequest { MaxResults = 2 }, Context);
        var rest = await world.Api.ListNamespacesAsync(
            new ListNamespacesRequest { MaxResults = 2, NextToken = first.NextToken },
            Context
        );
        (first.Namespaces!.Count, rest.Namespaces!.Count, rest.NextToken).ShouldBe((2, 1, null));

        async Task<IEnumerable<string>> ListAsync(string name, string? condition, string value)
        {
            var filter = new NamespaceFilter
            {
                Name = name,
                Condition = condition,
                Values = [value],
            };
            var request = new ListNamespacesRequest { Filters = [filter] };
            return (await world.Api.ListNamespacesAsync(request, Context)).Namespaces!.Select(its => its.Name!);
        }
    }

    [Fact]
    public async Task A_region_has_fifty_namespaces()
    {
        await using var world = await CreateAsync();
        for (var number = 0; number < 50; number++)
            await world.HttpAsync($"app-{number}");

        (await ErrorOfAsync(() => world.HttpAsync("one-more"))).Code.ShouldBe("ResourceLimitExceeded");
    }

    [Fact]
    public async Task Nobody_sees_what_is_somebody_elses()
    {
        await using var world = await CreateAsync();
        var id = await world.PrivateAsync();
        Task GetAsync(string account, string region) =>
            world.Api.GetNamespaceAsync(new GetNamespaceRequest { Id = id }, In(account, region));

        (await ErrorOfAsync(() => GetAsync("444455556666", "eu-west-1"))).Code.ShouldBe("NamespaceNotFound");
        (await ErrorOfAsync(() => GetAsync("111122223333", "us-east-1"))).Code.ShouldBe("NamespaceNotFound");
    }

    [Fact]
    public async Task Operations_are_listed_by_filters_and_forgotten_after_a_day()
    {
        await using var world = await CreateAsync();
        var its = await world.PrivateAsync();
        var service = await world.ServiceAsync(its, records: ("A", 60));
        await world.AddressAsync(service, "i-1", "10.0.0.1");
        (await ListAsync("STATUS", "EQ", "PENDING")).ShouldBe(1);
        await world.SettleAsync();

        (await ListAsync("STATUS", "IN", "SUCCESS", "FAIL")).ShouldBe(2);
        (await ListAsync("TYPE", "EQ", "REGISTER_INSTANCE")).ShouldBe(1);
        (await ListAsync("NAMESPACE_ID", "EQ", its)).ShouldBe(2);
        (await ListAsync("SERVICE_ID", "EQ", service)).ShouldBe(1);
        var now = world.Time.GetUtcNow().ToUnixTimeSeconds();
        (await ListAsync("UPDATE_DATE", "BETWEEN", $"{now - 1}", $"{now + 1}")).ShouldBe(2);
        (await ListAsync("UPDATE_DATE", "BETWEEN", $"{now + 1}", $"{now + 2}")).ShouldBe(0);
        world.Time.Advance(TimeSpan.FromDays(1) + TimeSpan.FromSeconds(1));
        await world.SweepAsync();
        (await ListAsync("STATUS", "EQ", "SUCCESS")).ShouldBe(0);

        async Task<int> ListAsync(string name, string condition, params string[] values)
        {
            var filter = new OperationFilter
            {
                Name = name,
                Condition = condition,
                Values = values,
            };
            var request = new ListOperationsRequest { Filters = [filter] };
            return (await world.Api.ListOperationsAsync(request, Context)).Operations!.Count;
        }
    }

    [Fact]
    public async Task Tags_are_put_and_taken()
    {
        await using var world = await CreateAsync();
        var arn = (await world.NamespaceAsync(await world.PrivateAsync())).Arn!;

        await world.Api.TagResourceAsync(
            new TagResourceRequest
            {
                ResourceARN = arn,
                Tags = [new Tag { Key = "team", Value = "web" }, new Tag { Key = "stage", Value = "" }],
            },
            Context
        );
        await world.Api.UntagResourceAsync(
            new UntagResourceRequest { ResourceARN = arn, TagKeys = ["stage", "absent"] },
            Context
        );

        var tags = await world.Api.ListTagsForResourceAsync(
            new ListTagsForResourceRequest { ResourceARN = arn },
            Context
        );
        tags.Tags!.ShouldHaveSingleItem().ShouldBe(new Tag { Key = "team", Value = "web" });
        (
            await ErrorOfAsync(() =>
                world.Api.ListTagsForResourceAsync(new ListTagsForResourceRequest { ResourceARN = arn + "x" }, Context)
            )
        ).Code.ShouldBe("ResourceNotFoundException");
    }

    private static CreatePrivateDnsNamespaceRequest Private(string name) => new() { Name = name, Vpc = Vpc };
}
