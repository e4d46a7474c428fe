using Estiba.Contracts.ServiceDiscovery;
using static Estiba.ServiceDiscovery.Tests.DiscoveryWorld;

namespace Estiba.ServiceDiscovery.Tests.Discovery;

public sealed class DiscoverTests
{
    [Theory]
    [InlineData(null, "one two")]
    [InlineData("HEALTHY", "one two")]
    [InlineData("UNHEALTHY", "three")]
    [InlineData("ALL", "one three two")]
    [InlineData("HEALTHY_OR_ELSE_ALL", "one two")]
    public async Task Instances_are_found_by_their_health(string? status, string expected)
    {
        await using var world = await CreateAsync();
        await RegisterThreeAsync(world);

        (await IdsAsync(world, request => request with { HealthStatus = status })).ShouldBe(expected);
    }

    [Fact]
    public async Task Where_none_is_healthy_all_are_found_unless_healthy_ones_are_wanted()
    {
        await using var world = await CreateAsync();
        var id = await RegisterThreeAsync(world);
        await world.TellAsync(id, "one", "UNHEALTHY");
        await world.TellAsync(id, "two", "UNHEALTHY");

        (await IdsAsync(world, request => request)).ShouldBe("one three two");
        (await IdsAsync(world, request => request with { HealthStatus = "HEALTHY" })).ShouldBe("");
    }

    [Theory]
    [InlineData("stage=test", null, "one two")]
    [InlineData("stage=test", "zone=b", "two")]
    [InlineData("stage=test", "zone=c", "one two")]
    [InlineData("stage=test,zone=a", null, "one")]
    [InlineData("stage=none", null, "")]
    public async Task Instances_are_found_by_their_attributes(string query, string? optional, string expected)
    {
        await using var world = await CreateAsync();
        await RegisterThreeAsync(world);

        (
            await IdsAsync(world, request =>
                request with
                {
                    QueryParameters = Parsed(query),
                    OptionalParameters = Parsed(optional),
                }
            )
        ).ShouldBe(expected);
    }

    [Fact]
    public async Task The_revision_rises_with_each_registration_and_not_with_health()
    {
        await using var world = await CreateAsync();
        var id = await RegisterThreeAsync(world);
        var before = await RevisionAsync();

        await world.TellAsync(id, "one", "UNHEALTHY");
        (await RevisionAsync()).ShouldBe(before);
        await world.DeregisterAsync(id, "one");
        (await RevisionAsync()).ShouldBe(before + 1);
        await world.RegisterAsync(id, "one");
        (await RevisionAsync()).ShouldBe(before + 2);

        async Task<long?> RevisionAsync()
        {
            var request = new DiscoverInstancesRevisionRequest { NamespaceName = "app", ServiceName = "web" };
            var revision = (await world.Api.DiscoverInstancesRevisionAsync(request, Context)).InstancesRevision;
            var found = await world.Api.DiscoverInstancesAsync(
                new DiscoverInstancesRequest { NamespaceName = "app", ServiceName = "web" },
                Context
            );
            found.InstancesRevision.ShouldBe(revision);
            return revision;
        }
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        await using var world = await CreateAsync();
        await RegisterThreeAsync(world);
        async Task<string> CodeAsync(Func<DiscoverInstancesRequest, DiscoverInstancesRequest> change) =>
            (await ErrorOfAsync(() => IdsAsync(world, change))).Code;

        (await CodeAsync(request => request with { NamespaceName = "other" })).ShouldBe("NamespaceNotFound");
        (await CodeAsync(request => request with { ServiceName = "other" })).ShouldBe("ServiceNotFound");
        (await CodeAsync(request => request with { OwnerAccount = "444455556666" })).ShouldBe("NamespaceNotFound");
    }

    private static async Task<string> RegisterThreeAsync(DiscoveryWorld world)
    {
        var id = await world.ServiceAsync(await world.HttpAsync());
        await world.RegisterAsync(id, "one", ("stage", "test"), ("zone", "a"));
        await world.RegisterAsync(id, "two", ("stage", "test"), ("zone", "b"));
        await world.RegisterAsync(id, "three", ("stage", "live"), ("AWS_INIT_HEALTH_STATUS", "UNHEALTHY"));
        return id;
    }

    private static async Task<string> IdsAsync(
        DiscoveryWorld world,
        Func<DiscoverInstancesRequest, DiscoverInstancesRequest> change
    )
    {
        var request = change(new DiscoverInstancesRequest { NamespaceName = "app", ServiceName = "web" });
        var found = (await world.Api.DiscoverInstancesAsync(request, Context)).Instances!;
        return string.Join(' ', found.Select(instance => instance.InstanceId).Order(StringComparer.Ordinal));
    }

    private static Dictionary<string, string>? Parsed(string? parameters) =>
        parameters?.Split(',').Select(each => each.Split('=')).ToDictionary(each => each[0], each => each[1]);
}
