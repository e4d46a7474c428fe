using System.Net;
using Estiba.Compute.Networking;
using Estiba.Files.Tests;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Estiba.Compute.Tests.Networking;

/// <summary>What is done about an address that somebody took away, with a shell that only notes down what it is
/// asked.</summary>
public sealed class MetadataWatchTests
{
    private static readonly IPEndPoint EndPoint = new(new IPAddress([169, 254, 170, 2]), 51679);

    private readonly SettableTime _time = new();
    private readonly StandInShell _shell = new();
    private readonly StandInSight _sight = new();
    private readonly FakeLogger _log = new();
    private readonly MetadataRules _rules = new("ip", "iptables", EndPoint, "lo");
    private readonly MetadataWatch _watch;

    public MetadataWatchTests() => _watch = new MetadataWatch(EndPoint, _rules, _shell, _sight, _time, _log);

    [Fact]
    public async Task While_all_is_well_no_program_is_run_but_the_check_of_the_rules()
    {
        await LookAsync(seconds: 4);
        _shell.Scripts.ShouldBeEmpty();

        await LookAsync(seconds: 2);
        _shell.Scripts.ShouldBe([_rules.Check]);
        Lines.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_address_that_is_gone_is_put_back_at_once()
    {
        _sight.Address = false;
        _shell.OnOpen = () => _sight.Address = true;
        await LookAsync(seconds: 2);

        _shell.Scripts.ShouldBe([_rules.Open]);
        Lines.ShouldBe([
            "Another program took 169.254.170.2 away from this host: it is put back",
            "169.254.170.2 answers again",
        ]);
    }

    [Fact]
    public async Task Flushed_rules_are_put_back_at_once_because_nobody_is_reached()
    {
        _sight.Astray = true;
        _shell.OnOpen = () => _sight.Astray = false;
        await LookAsync(seconds: 2);

        _shell.Scripts.ShouldBe([_rules.Open]);
    }

    [Fact]
    public async Task A_rule_that_only_containers_need_is_missed_by_the_check()
    {
        _shell.Missing = "iptables: Bad rule (does a matching rule exist in that chain?).";
        _shell.OnOpen = () => _shell.Missing = "";
        await LookAsync(seconds: 6);

        _shell.Scripts.ShouldBe([_rules.Check, _rules.Open]);
        Lines.Count.ShouldBe(2);
    }

    [Fact]
    public async Task What_cannot_be_put_back_is_told_once_and_tried_again_until_it_can()
    {
        (_sight.Address, _shell.Refusal) = (
            false,
            "another program on this host has rules for 169.254.170.2: REDIRECT"
        );
        await LookAsync(seconds: 20);
        var tries = _shell.Scripts.Count;
        tries.ShouldBeInRange(2, 5);
        Lines.ShouldBe([
            "Another program took 169.254.170.2 away from this host: it is put back",
            "169.254.170.2 cannot be put back now, it is tried again: another program on this host has rules for "
                + "169.254.170.2: REDIRECT",
        ]);

        _shell.Refusal = "";
        _shell.OnOpen = () => _sight.Address = true;
        await LookAsync(seconds: 6);
        Lines[^1].ShouldBe("169.254.170.2 answers again");
        Lines.Count.ShouldBe(3);
    }

    [Theory]
    [InlineData(-3600)]
    [InlineData(3600)]
    public async Task A_clock_that_is_set_changes_nothing_about_when(int seconds)
    {
        _shell.Missing = "iptables: Bad rule (does a matching rule exist in that chain?).";
        _shell.OnOpen = () => _shell.Missing = "";
        _time.Set(TimeSpan.FromSeconds(seconds));
        await LookAsync(seconds: 4);
        _shell.Scripts.ShouldBeEmpty();

        await LookAsync(seconds: 2);
        _shell.Scripts.ShouldBe([_rules.Check, _rules.Open]);
    }

    private async Task LookAsync(int seconds)
    {
        for (var passed = 0; passed < seconds; passed += (int)MetadataWatch.Interval.TotalSeconds)
        {
            _time.Advance(MetadataWatch.Interval);
            await _watch.CheckAsync(CancellationToken.None);
        }
    }

    private sealed class StandInShell : IHostShell
    {
        public List<string> Scripts { get; } = [];

        public TimeSpan CheckInterval => TimeSpan.FromSeconds(5);

        public Action OnOpen { get; set; } = () => { };

        public string Missing { get; set; } = "";

        public string Refusal { get; set; } = "";

        public Task<string> RunAsync(string script, CancellationToken cancellation)
        {
            Scripts.Add(script);
            if (!script.Contains("address replace", StringComparison.Ordinal))
                return Task.FromResult(Missing);
            if (Refusal.Length == 0)
                OnOpen();
            return Task.FromResult(Refusal);
        }
    }

    private sealed class StandInSight : MetadataProbe
    {
        public bool Address { get; set; } = true;

        public bool Astray { get; set; }

        public override bool HasAddress() => Address;

        public override Task<bool> IsLedAstrayAsync(CancellationToken cancellation) => Task.FromResult(Astray);
    }

    private List<string> Lines => [.. _log.Collector.GetSnapshot().Select(line => line.Message)];
}
