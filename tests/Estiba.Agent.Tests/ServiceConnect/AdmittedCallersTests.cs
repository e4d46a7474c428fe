using System.Net;
using Estiba.Agent.ServiceConnect;
using Estiba.Agent.Tasks;
using Estiba.Engines;
using Microsoft.Extensions.Time.Testing;

namespace Estiba.Agent.Tests.ServiceConnect;

/// <summary>Which connections are of tasks of a namespace.</summary>
public sealed class AdmittedCallersTests : IDisposable
{
    private const string Shop = "arn:aws:servicediscovery:eu-west-1:123456789012:namespace/ns-shop";
    private const string Bank = "arn:aws:servicediscovery:eu-west-1:123456789012:namespace/ns-bank";

    // An address of this host, as the containers on its bridges have, since others are of its neighbours.
    private static readonly IPAddress Own = IPAddress.Parse("127.0.0.2");
    private readonly FakeTimeProvider _time = new();
    private readonly AdmittedCallers _callers;
    private IReadOnlyList<ContainerSummary> _containers = [];
    private int _asked;

    public AdmittedCallersTests() =>
        _callers = new AdmittedCallers(_time)
        {
            List = _ =>
            {
                _asked++;
                return Task.FromResult(_containers);
            },
        };

    public void Dispose() => _callers.Dispose();

    [Fact]
    public async Task A_container_reaches_its_own_namespace_and_no_other()
    {
        _containers = [Container(Shop, "bridge", Own.ToString())];
        (await AdmitsAsync(Shop)).ShouldBeTrue();
        (await AdmitsAsync(Bank)).ShouldBeFalse();
        (await AdmitsAsync(Shop, isOfHost: true)).ShouldBeFalse();
    }

    [Fact]
    public async Task What_is_on_the_hosts_network_reaches_namespaces_of_tasks_there()
    {
        _containers = [Container(Shop, "host"), Container(Bank, "bridge", Own.ToString())];
        (await AdmitsAsync(Shop, isOfHost: true)).ShouldBeTrue();
        (await AdmitsAsync(Bank, isOfHost: true)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_neighbour_with_the_address_of_a_container_is_not_taken_for_it()
    {
        _containers = [Container(Shop, "bridge", "192.0.2.1")];
        (
            await _callers.AdmitsAsync(IPAddress.Parse("192.0.2.1"), Shop, isOfHost: false, CancellationToken.None)
        ).ShouldBeFalse();
    }

    [Fact]
    public async Task The_engine_is_asked_once_a_second_at_most_and_an_address_that_another_has_taken_is_noticed()
    {
        _containers = [Container(Shop, "bridge", Own.ToString())];
        (await AdmitsAsync(Shop)).ShouldBeTrue();
        _containers = [Container(Bank, "bridge", Own.ToString())];
        (await AdmitsAsync(Shop)).ShouldBeTrue();
        _asked.ShouldBe(1);

        _time.Advance(TimeSpan.FromSeconds(1));

        (await AdmitsAsync(Shop)).ShouldBeFalse();
        (await AdmitsAsync(Bank)).ShouldBeTrue();
        _asked.ShouldBe(2);
    }

    [Fact]
    public async Task A_container_that_has_just_been_started_is_known_and_strangers_are_no_burden()
    {
        (await AdmitsAsync(Shop)).ShouldBeFalse();
        _containers = [Container(Shop, "bridge", Own.ToString())];
        _time.Advance(TimeSpan.FromMilliseconds(50));
        var first = AdmitsAsync(Shop).AsTask();
        var second = AdmitsAsync(Bank).AsTask();
        _time.Advance(TimeSpan.FromMilliseconds(49));
        _asked.ShouldBe(1);

        _time.Advance(TimeSpan.FromMilliseconds(1));

        (await first).ShouldBeTrue();
        (await second).ShouldBeFalse();
        _asked.ShouldBe(2);
    }

    [Fact]
    public async Task Containers_that_do_not_run_have_no_address()
    {
        _containers = [Container(Shop, "bridge", Own.ToString()) with { Status = ContainerStatus.Exited }];
        (await AdmitsAsync(Shop)).ShouldBeFalse();
    }

    internal static ContainerSummary Container(string namespaceArn, string mode, params string[] addresses) =>
        new(
            "c",
            "c",
            "image",
            "sha256:0",
            ContainerStatus.Running,
            DateTimeOffset.UnixEpoch,
            new Dictionary<string, string> { [ContainerNaming.NamespaceLabel] = namespaceArn }
        )
        {
            NetworkMode = mode,
            Addresses = addresses,
        };

    private ValueTask<bool> AdmitsAsync(string namespaceArn, bool isOfHost = false) =>
        _callers.AdmitsAsync(Own, namespaceArn, isOfHost, CancellationToken.None);
}
