using System.Net;
using Estiba.Dns.Upstream;
using Microsoft.Extensions.Time.Testing;

namespace Estiba.Dns.Tests;

/// <summary>The name servers of a host, as its files tell.</summary>
public sealed class HostResolversTests : IDisposable
{
    private static readonly IPAddress Own = IPAddress.Parse("10.66.0.1");
    private readonly string _directory = Directory.CreateTempSubdirectory("estiba-dns-").FullName;
    private readonly FakeTimeProvider _time = new();
    private readonly HostResolvers _resolvers;

    public HostResolversTests() => _resolvers = new HostResolvers(_time, PathOf("resolv.conf"), PathOf("behind"));

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void All_but_our_own_are_asked()
    {
        Write(
            "resolv.conf",
            "# a comment\nsearch example.org\nnameserver 10.66.0.1\nnameserver\t127.0.0.1\nnameserver x\n"
        );

        Asked().ShouldBe(["127.0.0.1:53"]);
    }

    [Fact]
    public void A_change_of_the_file_is_seen_after_a_second()
    {
        Asked().ShouldBeEmpty();

        Write("resolv.conf", "nameserver 192.0.2.1\n");
        Asked().ShouldBe(["192.0.2.1:53"]);
        Write("resolv.conf", "nameserver 192.0.2.2\nnameserver 2001:db8::1\n");

        Asked().ShouldBe(["192.0.2.2:53", "[2001:db8::1]:53"]);
    }

    [Fact]
    public void Behind_a_stub_are_those_that_it_asks()
    {
        Write("resolv.conf", "nameserver 127.0.0.53\noptions edns0 trust-ad\n");
        Asked().ShouldBeEmpty();

        Write("behind", "nameserver 192.0.2.1\nnameserver 10.66.0.1\n");

        Asked().ShouldBe(["192.0.2.1:53"]);
    }

    [Fact]
    public void Containers_ask_us_and_then_two_of_the_hosts_that_they_reach()
    {
        Write(
            "resolv.conf",
            "nameserver 127.0.0.1\nnameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\n"
                + "options ndots:2 timeout:9 attempts:1\n"
        );

        _resolvers.ForContainers(Own).ShouldBe(["10.66.0.1", "192.0.2.1", "192.0.2.2"]);
        _resolvers.OptionsForContainers().ShouldBe(["ndots:2", "timeout:1", "attempts:3"]);
    }

    [Fact]
    public void Where_containers_reach_none_of_the_hosts_they_have_those_that_Docker_gives_them()
    {
        Write("resolv.conf", "nameserver 127.0.0.1\n");

        _resolvers.ForContainers(Own).ShouldBe(["10.66.0.1", "8.8.8.8", "8.8.4.4"]);
    }

    private IEnumerable<string> Asked() => _resolvers.Except([Own]).Select(server => server.ToString());

    private string PathOf(string name) => Path.Combine(_directory, name);

    private void Write(string name, string text)
    {
        File.WriteAllText(PathOf(name), text);
        _time.Advance(TimeSpan.FromSeconds(1));
    }
}
