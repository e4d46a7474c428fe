using System.Net;
using Estiba.Agent.ServiceConnect;
using Estiba.Agent.Tests.StandIns;
using Estiba.Contracts;
using Estiba.Contracts.Acs;
using Estiba.Engines.Simulated;
using Microsoft.Extensions.Logging.Abstractions;

namespace Estiba.Agent.Tests.ServiceConnect;

/// <summary>What an agent hears of namespaces, and for how long it knows it.</summary>
public sealed class NamespaceTests
{
    private static readonly IPEndPoint Place = new(IPAddress.Parse("169.254.200.1"), 8080);

    [Fact]
    public async Task An_agent_with_a_proxy_says_so_and_knows_what_it_heard_also_after_a_restart_without_its_server()
    {
        await using var test = await TestAgent.StartAsync(
            engine: new SimulatedEngine(new SimulationOptions(), TimeProvider.System, seed: 1)
        );
        AttributesOf(test).ShouldNotContain(EstibaAgent.ServiceConnect);
        await test.StopAsync();
        test.Proxy = ServiceConnectProxy.Pretended(TimeProvider.System, NullLoggerFactory.Instance);
        test.StartAgain();
        await test.Server.ConnectedAsync();
        AttributesOf(test).ShouldContain(EstibaAgent.ServiceConnect);
        test.Proxy.Find(Place).ShouldBeNull();

        await test.Server.SendAsync(Message());
        await Eventually.HoldsAsync(() => test.Proxy.Find(Place) is not null);

        await test.StopAsync();
        test.Proxy.Find(Place).ShouldBeNull();
        test.Server.BreakConnections();
        test.StartAgain();
        test.Proxy.Find(Place)!.Choose([])!.Address.ShouldBe(new IPEndPoint(IPAddress.Parse("10.66.0.1"), 32768));
    }

    private static IEnumerable<string?> AttributesOf(TestAgent test) =>
        test.Ecs.Registrations.Last().Attributes!.Select(attribute => attribute.Name);

    private static ServiceConnectMessage Message() =>
        new()
        {
            MessageId = "m",
            Namespaces =
            [
                new ServiceConnectNamespace
                {
                    NamespaceArn = "arn:aws:servicediscovery:eu-west-1:123456789012:namespace/ns-1",
                    Aliases =
                    [
                        new ServiceConnectAlias
                        {
                            Address = Place.Address.ToString(),
                            Port = Place.Port,
                            DnsName = "api",
                            Endpoints = [new ServiceConnectEndpoint { Address = "10.66.0.1", Port = 32768 }],
                        },
                    ],
                },
            ],
        };
}
