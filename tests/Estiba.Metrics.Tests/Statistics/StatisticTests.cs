using Estiba.Metrics.Series;

namespace Estiba.Metrics.Tests.Statistics;

public sealed class StatisticTests
{
    [Theory]
    [InlineData("SampleCount", 10)]
    [InlineData("Sum", 55)]
    [InlineData("Average", 5.5)]
    [InlineData("Minimum", 1)]
    [InlineData("Maximum", 10)]
    [InlineData("p0", 1)]
    [InlineData("p50", 5)]
    [InlineData("p90", 9)]
    [InlineData("p99.9", 10)]
    [InlineData("p100", 10)]
    [InlineData("tm90", 5)]
    [InlineData("TM(10%:90%)", 5.5)]
    [InlineData("TM(2:5)", 4)]
    [InlineData("IQM", 5.5)]
    [InlineData("tc90", 9)]
    [InlineData("TC(2:5)", 3)]
    [InlineData("ts90", 45)]
    [InlineData("TS(80%:)", 19)]
    [InlineData("wm90", 5.4)]
    [InlineData("WM(2:9)", 5.5)]
    [InlineData("PR(:3)", 30)]
    [InlineData("PR(3:5)", 20)]
    public void A_statistic_of_the_numbers_from_one_to_ten(string statistic, double value)
    {
        var sum = default(Summary);
        for (var i = 10; i >= 1; i--)
            sum.Add(Summary.Of(i));

        Statistic.TryParse(statistic, out var parsed).ShouldBeTrue();
        StatisticValue.Of(parsed!, sum)!.Value.ShouldBe(value, 1e-9);
    }

    [Fact]
    public void A_set_of_statistics_has_percentiles_only_where_it_tells_all_values()
    {
        var set = new Summary
        {
            Count = 3,
            Sum = 6,
            Minimum = 1,
            Maximum = 3,
        };
        Percentile(set).ShouldBeNull();
        Percentile(set with { Minimum = 2, Maximum = 2 }).ShouldBe(2);
        Percentile(
                new Summary
                {
                    Count = 1,
                    Sum = 4,
                    Minimum = 4,
                    Maximum = 4,
                }
            )
            .ShouldBe(4);

        set.Add(Summary.Of(2));
        Percentile(set).ShouldBeNull("what is added to unknown values does not make them known");
    }

    [Fact]
    public void There_are_no_percentiles_where_a_value_is_negative()
    {
        var sum = Summary.Of(5);
        sum.Add(Summary.Of(-1));
        sum.Add(Summary.Of(7));
        Percentile(sum).ShouldBeNull();
        sum.Minimum.ShouldBe(-1);
        sum.Sum.ShouldBe(11);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Percentiles_of_many_values_are_off_by_one_percent_at_most_however_they_were_added(int seed)
    {
        var random = new Random(seed);
        var parts = new Summary[12];
        var all = new List<double>();
        for (var i = 0; i < 5000; i++)
        {
            var value = Math.Exp(random.NextDouble() * 12 - 4);
            all.Add(value);
            parts[random.Next(parts.Length)].Add(Summary.Of(value));
        }

        random.Shuffle(parts);
        var sum = default(Summary);
        foreach (var part in parts)
            sum.Add(part);
        all.Sort();

        sum.Values!.Size.ShouldBeLessThan(700);
        foreach (var percent in (double[])[0.1, 1, 10, 50, 90, 99, 99.9])
        {
            var exact = all[(int)Math.Ceiling(percent / 100 * all.Count) - 1];
            var found = Percentile(sum, $"p{percent.ToString(System.Globalization.CultureInfo.InvariantCulture)}");
            Math.Abs(found!.Value - exact).ShouldBeLessThanOrEqualTo(Distribution.Accuracy * exact * 1.000001);
        }
    }

    [Fact]
    public void A_sum_keeps_nothing_of_what_was_added_to_it()
    {
        var (one, other) = (Summary.Of(1), Summary.Of(3));
        one.Add(Summary.Of(2));
        var sum = default(Summary);
        sum.Add(one);
        sum.Add(other);
        one.Values!.Size.ShouldBe(2);
        sum.Values!.Size.ShouldBe(3);
    }

    private static double? Percentile(in Summary summary, string name = "p50") =>
        StatisticValue.Of(
            Statistic.TryParse(name, out var statistic) ? statistic : throw new ArgumentException(name),
            summary
        );
}
