using Estiba.Hosting.Http;

namespace Estiba.Gateway.Tests;

/// <summary>
/// Keys that are good for some actions only, as those of hosts are; and what an authorizer decides about all others.
/// </summary>
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
        var request =
            protocol == "json"
                ? world.Json("AmazonEC2ContainerServiceV20141113.DeleteCluster", """{"cluster":"c"}""")
                : world.Request(protocol);

        var answer = await world.SendAsync(
            await world.SignAsync(request, GatewayWorld.ServiceOf(protocol), GatewayWorld.Host)
        );

        (answer.Status, answer.Code).ShouldBe((status, code));
        answer.Message!.ShouldContain(
            $"assumed-role/host/mi-1 is not authorized to perform: {GatewayWorld.ServiceOf(protocol)}:"
        );
    }

    [Theory]
    [InlineData("json", 400, "AccessDeniedException", "User: x may not.")]
    [InlineData("query", 403, "AccessDenied", "User: x may not.")]
    [InlineData(
        "ec2",
        403,
        "UnauthorizedOperation",
        "You are not authorized to perform this operation. User: x may not."
    )]
    public async Task What_is_refused_is_refused_in_the_words_of_the_protocol(
        string protocol,
        int status,
        string code,
        string message
    )
    {
        await using var world = await GatewayWorld.StartAsync();
        world.Authorizer.Refusal = "User: x may not.";
        var called = false;
        world.Services.Before = (_, _) => Task.FromResult(called = true);

        var answer = await world.SendAsync(await world.SignedAsync(protocol, GatewayWorld.Session));

        (answer.Status, answer.Code, answer.Message, called).ShouldBe((status, code, message, false));
    }

    [Fact]
    public async Task The_request_and_how_it_came_are_what_is_decided_about()
    {
        await using var world = await GatewayWorld.StartAsync();
        var request = await world.SignedAsync("json", GatewayWorld.Session);
        request.Headers.UserAgent.ParseAdd("aws-cli/2");

        (await world.SendAsync(request)).Status.ShouldBe(200);

        var (action, about, caller) = world.Authorizer.Asked.Single();
        (action, about, caller.Origin!.SourceIp!.ToString(), caller.Origin.IsSecure, caller.Origin.UserAgent).ShouldBe(
            ("ecs:ListClusters", "ListClustersRequest", "127.0.0.1", false, "aws-cli/2")
        );
    }

    [Fact]
    public async Task Without_a_check_of_keys_nothing_is_decided()
    {
        await using var world = await GatewayWorld.StartAsync(options => options with { AnyCredentials = true });
        world.Authorizer.Refusal = "User: x may not.";

        (await world.SendAsync(await world.SignedAsync("json", GatewayWorld.Session))).Status.ShouldBe(200);
        world.Authorizer.Asked.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(null, 200)]
    [InlineData("User: x may not.", 400)]
    public async Task A_door_asks_about_the_resource_of_the_request(string? refusal, int status)
    {
        await using var world = await GatewayWorld.StartAsync(
            paths: HttpPath.Signed(
                "/ws",
                "ecs:Poll",
                (_, _) => Task.CompletedTask,
                (http, caller) => $"{caller.AccountId}/{http.Request.Query["instance"]}"
            )
        );
        world.Authorizer.Refusal = refusal;
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(world.Address, "/ws?instance=i-1"));

        (await world.SendAsync(await world.SignAsync(request, "ecs", GatewayWorld.Session))).Status.ShouldBe(status);
        world.Authorizer.Asked.Single().About.ShouldBe("210987654321/i-1");
    }
}
