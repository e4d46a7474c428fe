namespace Estiba.Gateway.Tests;

/// <summary>Keys that are good for some actions only, as those of hosts are.</summary>
public sealed class AuthorizationTests
{
    [Fact]
    public async Task A_key_does_what_it_is_good_for()
    {
        await using var world = await GatewayWorld.StartAsync();

        (await world.SendAsync(await world.SignedAsync("json", GatewayWorld.Host))).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("json", 400, "AccessDeniedException")]
    [InlineData("query", 403, "AccessDenied")]
    [InlineData("ec2", 403, "UnauthorizedOperation")]
    public async Task A_key_does_nothing_else(string protocol, int status, string code)
    {
        await using var world = await GatewayWorld.StartAsync();
        var request = protocol == "json" ? world.Json("AmazonEC2ContainerServiceV20141113.CreateCluster", "{}") : world.Request(protocol);

        var answer = await world.SendAsync(await world.SignAsync(request, GatewayWorld.ServiceOf(protocol), GatewayWorld.Host));

        (answer.Status, answer.Code).ShouldBe((status, code));
        answer.Message!.ShouldContain($"assumed-role/host/mi-1 is not authorized to perform: {GatewayWorld.ServiceOf(protocol)}:");
    }
}
