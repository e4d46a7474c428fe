namespace Estiba.Agent.Tests.Sessions;

public sealed class BackoffTests
{
    [Fact]
    public void Delays_grow_up_to_the_longest_and_half_of_each_is_chance()
    {
        var delays = Delays(seed: 1);

        delays[0].ShouldBeInRange(125, 250);
        delays[1].ShouldBeInRange(225, 450);
        delays[^1].ShouldBeInRange(7_500, 15_000);
        delays.Max().ShouldBeLessThanOrEqualTo(15_000);
    }

    [Fact]
    public void Two_agents_do_not_come_at_the_same_moment()
    {
        Delays(seed: 1).Zip(Delays(seed: 2)).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) > 0.001);
    }

    [Fact]
    public void After_a_good_session_delays_begin_anew()
    {
        var backoff = New(seed: 1);
        for (var n = 0; n < 10; n++)
            backoff.Next();

        backoff.Reset();

        backoff.Next().TotalMilliseconds.ShouldBeInRange(125, 250);
    }

    private static List<double> Delays(int seed)
    {
        var backoff = New(seed);
        return [.. Enumerable.Range(0, 20).Select(_ => backoff.Next().TotalMilliseconds)];
    }

    private static Backoff New(int seed) =>
        new(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(15), new Random(seed));
}
