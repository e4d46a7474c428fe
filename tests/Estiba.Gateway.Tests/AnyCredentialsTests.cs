using System.Net;
using Estiba.Contracts.Signing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Estiba.Gateway.Tests;

public sealed class AnyCredentialsTests
{
    [Theory]
    [InlineData("test", "999999999999")]
    [InlineData("000000000000", "000000000000")]
    [InlineData("111122223333", "111122223333")]
    [InlineData("11112222333", "999999999999")]
    [InlineData("AKIAIOSFODNN7EXAMPLE", GatewayWorld.Account)]
    public async Task Any_access_key_is_somebody(string accessKey, string account)
    {
        await using var world = await GatewayWorld.StartAsync(options => options with { AnyCredentials = true });

        var answer = await world.SendAsync(await world.SignedAsync("query", new AwsCredentials(accessKey, "any")));

        answer.Xml("Account").ShouldBe(account);
    }

    [Fact]
    public async Task A_request_without_a_signature_is_still_refused()
    {
        await using var world = await GatewayWorld.StartAsync(options => options with { AnyCredentials = true });

        (await world.SendAsync(world.Request("json"))).Code.ShouldBe("MissingAuthenticationTokenException");
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("10.66.0.1")]
    [InlineData("::")]
    public void Any_credentials_are_only_accepted_on_loopback(string address)
    {
        var options = new GatewayOptions
        {
            EndPoints = [new IPEndPoint(IPAddress.Loopback, 0), new IPEndPoint(IPAddress.Parse(address), 0)],
            Version = "1",
            DefaultAccountId = GatewayWorld.Account,
            AnyCredentials = true,
        };

        Should
            .Throw<ArgumentException>(() =>
                new GatewayServer(options, [], null!, [], TimeProvider.System, NullLoggerFactory.Instance)
            )
            .Message.ShouldContain($"{address} is not one");
    }
}
