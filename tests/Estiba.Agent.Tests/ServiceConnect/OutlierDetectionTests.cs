using System.Net;
using Estiba.Agent.ServiceConnect;
using Estiba.Agent.Tasks;
using Estiba.Agent.Tests.StandIns;
using Estiba.Files.Tests;

namespace Estiba.Agent.Tests.ServiceConnect;

/// <summary>Endpoints that fail are avoided for a while, but never too many of them.</summary>
public sealed class OutlierDetectionTests
{
    private readonly SettableTime _time = new();
    private readonly OutlierDetection _outliers;

    public OutlierDetectionTests() => _outliers = new OutlierDetection(_time);

    [Fact]
    public void Five_failures_one_after_another_make_an_outlier_for_thirty_seconds()
    {
        var all = Endpoints(2);
        Fail(all[0], all, 4);
        _outliers.IsOutlier(all[0]).ShouldBeFalse();

        Fail(all[0], all, 1);
        _outliers.IsOutlier(all[0]).ShouldBeTrue();
        _time.Advance(TimeSpan.FromSeconds(29));
        _outliers.IsOutlier(all[0]).ShouldBeTrue();
        _time.Advance(TimeSpan.FromSeconds(1));
        _outliers.IsOutlier(all[0]).ShouldBeFalse();
    }

    [Theory]
    [InlineData(-3600)]
    [InlineData(3600)]
    public void A_clock_that_is_set_changes_nothing_about_how_long(int seconds)
    {
        var all = Endpoints(2);
        Fail(all[0], all, 5);
        _time.Set(TimeSpan.FromSeconds(seconds));

        _time.Advance(TimeSpan.FromSeconds(29));
        _outliers.IsOutlier(all[0]).ShouldBeTrue();
        _time.Advance(TimeSpan.FromSeconds(1));
        _outliers.IsOutlier(all[0]).ShouldBeFalse();
    }

    [Fact]
    public void An_answer_between_failures_sets_the_count_back()
    {
        var all = Endpoints(2);
        Fail(all[0], all, 4);
        _outliers.Succeeded(all[0]);
        Fail(all[0], all, 4);
        _outliers.IsOutlier(all[0]).ShouldBeFalse();
    }

    [Fact]
    public void Whoever_fails_again_is_avoided_for_longer_up_to_five_minutes()
    {
        var all = Endpoints(2);
        foreach (var seconds in new[] { 30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 300 })
        {
            Fail(all[0], all, 5);
            (all[0].AvoidedUntil - _time.GetSteady()).ShouldBe(TimeSpan.FromSeconds(seconds));
            _time.Advance(TimeSpan.FromSeconds(seconds));
        }

        _time.Advance(TimeSpan.FromSeconds(301));
        Fail(all[0], all, 5);
        (all[0].AvoidedUntil - _time.GetSteady()).ShouldBe(TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 1)]
    [InlineData(4, 2)]
    public void At_most_half_are_avoided(int count, int avoided)
    {
        var all = Endpoints(count);
        foreach (var endpoint in all)
            Fail(endpoint, all, 5);
        all.Count(_outliers.IsOutlier).ShouldBe(avoided);
    }

    private void Fail(Endpoint endpoint, IReadOnlyList<Endpoint> all, int times)
    {
        for (var time = 0; time < times; time++)
            _outliers.Failed(endpoint, all);
    }

    private static List<Endpoint> Endpoints(int count) =>
        [.. Enumerable.Range(1, count).Select(port => new Endpoint(new IPEndPoint(IPAddress.Loopback, port)))];
}
