using System.Net;
using Estiba.Agent.ServiceConnect;
using Estiba.Contracts.Acs;
using Microsoft.Extensions.Time.Testing;

namespace Estiba.Agent.Tests.ServiceConnect;

/// <summary>What a process knows of namespaces, from all of its agents.</summary>
public sealed class AliasTableTests
{
    private const string Namespace = "arn:aws:servicediscovery:eu-west-1:123456789012:namespace/ns-1";
    private static readonly IPEndPoint Place = new(IPAddress.Parse("169.254.200.1"), 8080);

    private readonly AliasTable _table = new(new FakeTimeProvider());
    private readonly object _first = new();
    private readonly object _second = new();

    [Fact]
    public void Endpoints_take_turns()
    {
        _table.Set(_first, Namespaces(1, 2, 3));
        var alias = _table.Find(Place)!;
        Enumerable.Range(0, 6).Select(_ => alias.Choose([])!.Address.Port).Order().ShouldBe([1, 1, 2, 2, 3, 3]);
    }

    [Fact]
    public void An_endpoint_that_was_tried_is_not_tried_again()
    {
        _table.Set(_first, Namespaces(1, 2));
        var alias = _table.Find(Place)!;
        var one = alias.Choose([])!;
        var other = alias.Choose([one])!;
        other.Address.ShouldNotBe(one.Address);
        alias.Choose([one, other]).ShouldBeNull();
    }

    [Fact]
    public void What_was_heard_last_counts_whoever_heard_it()
    {
        _table.Set(_first, Namespaces(1));
        _table.Set(_second, Namespaces(2));
        PortsOf(_table.Find(Place)).ShouldBe([2]);

        _table.Set(_first, Namespaces(3));
        PortsOf(_table.Find(Place)).ShouldBe([3]);
        _table.Remove(_first);
        PortsOf(_table.Find(Place)).ShouldBe([2]);
        _table.Remove(_second);
        _table.Find(Place).ShouldBeNull();
    }

    [Fact]
    public void An_alias_stays_the_same_while_its_tasks_change_and_what_is_known_of_them_stays_too()
    {
        _table.Set(_first, Namespaces(1, 2));
        var alias = _table.Find(Place)!;
        var one = alias.Choose([])!;
        for (var time = 0; time < OutlierDetection.Failures; time++)
            alias.Failed(one);

        _table.Set(_first, Namespaces(1, 2));
        _table.Find(Place).ShouldBeSameAs(alias);
        Enumerable.Range(0, 4).Select(_ => alias.Choose([])).ShouldNotContain(one);
    }

    [Fact]
    public void An_alias_that_is_gone_has_no_endpoint_for_those_who_are_connected()
    {
        _table.Set(_first, Namespaces(1));
        var alias = _table.Find(Place)!;
        _table.Set(_first, []);
        alias.Choose([]).ShouldBeNull();
    }

    [Fact]
    public void Of_several_agents_one_tells_what_was_carried()
    {
        _table.Set(_first, Namespaces(1));
        _table.Set(_second, Namespaces(1));
        _table.Find(Place)!.Counters.Open(clientTask: null);

        foreach (var _ in new[] { 1, 2 })
            _table
                .TakeCounters(_first)
                .Concat(_table.TakeCounters(_second))
                .Select(told => told.ActiveConnections)
                .ShouldBe([1]);
        _table.Remove(_first);
        _table.TakeCounters(_second).Count.ShouldBe(1);
    }

    [Fact]
    public void What_is_no_address_is_left_out()
    {
        _table.Set(
            _first,
            [
                new ServiceConnectNamespace
                {
                    NamespaceArn = Namespace,
                    Aliases =
                    [
                        new ServiceConnectAlias { Address = "nowhere", Port = 1 },
                        new ServiceConnectAlias { Address = "169.254.200.1", Port = 0 },
                        new ServiceConnectAlias
                        {
                            Address = "169.254.200.1",
                            Port = 8080,
                            Endpoints =
                            [
                                new() { Address = "x", Port = 1 },
                                new() { Address = "10.0.0.1", Port = 70000 },
                            ],
                        },
                    ],
                },
            ]
        );
        PortsOf(_table.Find(Place)).ShouldBeEmpty();
    }

    private static List<int> PortsOf(Alias? alias) =>
        alias.ShouldNotBeNull().Choose([]) is { } endpoint ? [endpoint.Address.Port] : [];

    private static IReadOnlyList<ServiceConnectNamespace> Namespaces(params int[] ports) =>
        [
            new ServiceConnectNamespace
            {
                NamespaceArn = Namespace,
                Aliases =
                [
                    new ServiceConnectAlias
                    {
                        Address = "169.254.200.1",
                        Port = 8080,
                        Endpoints =
                        [
                            .. ports.Select(port => new ServiceConnectEndpoint { Address = "10.0.0.1", Port = port }),
                        ],
                    },
                ],
            },
        ];
}
