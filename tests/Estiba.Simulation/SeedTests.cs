using System.Collections.Concurrent;

namespace Estiba.Simulation;

public sealed class SeedTests
{
    private const int Histories = 200;

    [Fact]
    public async Task Whatever_goes_wrong_what_must_hold_holds_and_the_cluster_becomes_what_it_should_be()
    {
        var violations = new ConcurrentDictionary<int, string>();

        await Seeds.PlayAsync(Enumerable.Range(0, Histories), (seed, violation) => violations[seed] = violation);

        violations
            .OrderBy(entry => entry.Key)
            .Select(entry => $"./bench simulate --seed {entry.Key} --verbose: {entry.Value}")
            .ShouldBeEmpty();
    }

    [Fact]
    public async Task The_same_seed_is_the_same_history()
    {
        using var first = new StringWriter();
        using var second = new StringWriter();

        await new Scenario(7, first).PlayAsync();
        await new Scenario(7, second).PlayAsync();

        first.ToString().ShouldNotBeEmpty();
        second.ToString().ShouldBe(first.ToString());
    }
}
