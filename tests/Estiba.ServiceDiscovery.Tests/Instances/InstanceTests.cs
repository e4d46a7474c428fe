using Estiba.Contracts.ServiceDiscovery;
using static Estiba.ServiceDiscovery.Tests.DiscoveryWorld;

namespace Estiba.ServiceDiscovery.Tests.Instances;

public sealed class InstanceTests
{
    [Fact]
    public async Task An_instance_is_there_at_once_and_its_operation_ends()
    {
        await using var world = await CreateAsync();
        var id = await world.ServiceAsync(await world.PrivateAsync(), records: ("A", 60));

        var registered = await world.RegisterAsync(id, "one", ("AWS_INSTANCE_IPV4", "10.0.0.1"), ("stage", "test"));

        var instance = await world.Api.GetInstanceAsync(
            new GetInstanceRequest { ServiceId = id, InstanceId = "one" },
            Context
        );
        instance.Instance!.Attributes!["stage"].ShouldBe("test");
        var operation = await world.OperationAsync(registered.OperationId!);
        (operation.Type, operation.Targets!["INSTANCE"]).ShouldBe(("REGISTER_INSTANCE", "one"));
        await world.SettleAsync();
        (await world.OperationAsync(registered.OperationId!)).Status.ShouldBe("SUCCESS");
        await world.DeregisterAsync(id, "one");
        (await ErrorOfAsync(() => world.DeregisterAsync(id, "one"))).ShouldBe(
            ("InstanceNotFound", "No instance exists with the specified ID.")
        );
    }

    [Theory]
    [InlineData("A", "AWS_INSTANCE_IPV6", "fd00::1")]
    [InlineData("A", "AWS_INSTANCE_IPV4", "10.0.0")]
    [InlineData("AAAA", "AWS_INSTANCE_IPV6", "10.0.0.1")]
    [InlineData("SRV", "AWS_INSTANCE_IPV4", "10.0.0.1")]
    [InlineData("SRV", "AWS_INSTANCE_PORT", "80")]
    [InlineData("A", "AWS_ALIAS_DNS_NAME", "web.elb.amazonaws.com")]
    [InlineData("A", "AWS_EC2_INSTANCE_ID", "i-1")]
    public async Task Attributes_that_do_not_fit_the_records_are_refused(string record, string key, string value)
    {
        await using var world = await CreateAsync();
        var id = await world.ServiceAsync(await world.PrivateAsync(), records: (record, 60));

        (await ErrorOfAsync(() => world.RegisterAsync(id, "one", (key, value)))).Code.ShouldBe("InvalidInput");
    }

    [Fact]
    public async Task An_instance_has_thirty_attributes_of_its_own()
    {
        await using var world = await CreateAsync();
        var id = await world.ServiceAsync(await world.HttpAsync());
        var attributes = Enumerable.Range(0, 31).Select(number => ($"key-{number}", "")).ToArray();

        await world.RegisterAsync(id, "one", [.. attributes.Take(30), ("AWS_INSTANCE_PORT", "80")]);

        (await ErrorOfAsync(() => world.RegisterAsync(id, "two", attributes))).Code.ShouldBe("InvalidInput");
    }

    [Fact]
    public async Task The_address_of_an_instance_of_EC2_is_found_out()
    {
        await using var world = await CreateAsync();
        var id = await world.ServiceAsync(await world.HttpAsync());

        await world.RegisterAsync(id, "one", ("AWS_EC2_INSTANCE_ID", "i-1"));

        var instance = await world.Api.GetInstanceAsync(
            new GetInstanceRequest { ServiceId = id, InstanceId = "one" },
            Context
        );
        instance.Instance!.Attributes!["AWS_INSTANCE_IPV4"].ShouldBe("10.66.0.9");
    }

    [Fact]
    public async Task What_is_asked_for_again_is_not_done_again()
    {
        await using var world = await CreateAsync();
        var id = await world.ServiceAsync(await world.HttpAsync());
        var request = new RegisterInstanceRequest
        {
            ServiceId = id,
            InstanceId = "one",
            CreatorRequestId = "once",
            Attributes = new Dictionary<string, string> { ["stage"] = "test" },
        };

        var first = await world.Api.RegisterInstanceAsync(request, Context);
        var again = await world.Api.RegisterInstanceAsync(request, Context);

        again.OperationId.ShouldBe(first.OperationId);
        (
            await ErrorOfAsync(() => world.Api.RegisterInstanceAsync(request with { InstanceId = "two" }, Context))
        ).Code.ShouldBe("DuplicateRequest");
    }

    [Fact]
    public async Task Health_is_what_somebody_says()
    {
        await using var world = await CreateAsync();
        var its = await world.PrivateAsync();
        var id = await world.ServiceAsync(its, records: ("A", 60));
        await world.AddressAsync(id, "one", "10.0.0.1");
        await world.RegisterAsync(
            id,
            "two",
            ("AWS_INSTANCE_IPV4", "10.0.0.2"),
            ("AWS_INIT_HEALTH_STATUS", "UNHEALTHY")
        );

        (await HealthAsync()).ShouldBe(
            new Dictionary<string, string> { ["one"] = "HEALTHY", ["two"] = "UNHEALTHY" },
            ignoreOrder: true
        );
        await world.TellAsync(id, "one", "UNHEALTHY");
        (await HealthAsync("one")).ShouldBe(new Dictionary<string, string> { ["one"] = "UNHEALTHY" });
        (await ErrorOfAsync(() => HealthAsync("three"))).Code.ShouldBe("InstanceNotFound");
        (await ErrorOfAsync(() => world.TellAsync(id, "three", "HEALTHY"))).Code.ShouldBe("InstanceNotFound");
        var other = await world.ServiceAsync(its, "other", health: false, records: ("A", 60));
        await world.AddressAsync(other, "one", "10.0.0.1");
        (await ErrorOfAsync(() => world.TellAsync(other, "one", "HEALTHY"))).Code.ShouldBe("CustomHealthNotFound");

        async Task<IReadOnlyDictionary<string, string>> HealthAsync(params string[] instances)
        {
            var request = new GetInstancesHealthStatusRequest
            {
                ServiceId = id,
                Instances = instances.Length == 0 ? null : instances,
            };
            return (await world.Api.GetInstancesHealthStatusAsync(request, Context)).Status!;
        }
    }
}
