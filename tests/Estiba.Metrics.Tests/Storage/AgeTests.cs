namespace Estiba.Metrics.Tests.Storage;

/// <summary>What is kept how long ("GetMetricStatistics", API reference).</summary>
public sealed class AgeTests
{
    [Fact]
    public async Task Seconds_are_kept_for_three_hours_and_their_minutes_longer()
    {
        await using var world = await StorageWorld.OpenAsync();
        await world.PutAsync("m", 1, isHighResolution: true);
        await world.PutAsync("m", 2, after: 1, isHighResolution: true);
        await world.PutAsync("m", 4, after: 2);
        world.Read("m", "Sum", period: 1).Select(point => point.Value).ShouldBe([1, 2]);
        world.Total("m").ShouldBe(7);

        await world.Store.FlushAsync();
        world.Read("m", "Sum", period: 1, from: world.Now - 60).Select(point => point.Value).ShouldBe([1, 2]);
        world.Time.Advance(TimeSpan.FromHours(4.1));
        await world.Store.CleanAsync();
        world.Read("m", "Sum", period: 1).ShouldBeEmpty();
        world.Blocks("seconds").ShouldBeEmpty();
        world.Total("m").ShouldBe(7);
    }

    [Theory]
    [InlineData(14, 60)]
    [InlineData(16, 300)]
    [InlineData(62, 300)]
    [InlineData(65, 3600)]
    [InlineData(454, 3600)]
    [InlineData(456, null)]
    public async Task Values_become_coarser_and_are_gone_at_last(int days, int? finest)
    {
        foreach (var isCleaned in new[] { false, true })
        {
            await using var world = await StorageWorld.OpenAsync();
            for (var minute = 0; minute < 120; minute++)
                await world.PutAsync("m", minute, after: 60 * minute);
            await world.Store.FlushAsync();
            for (var day = 0; day < days; day++)
            {
                world.Time.Advance(TimeSpan.FromDays(1));
                if (isCleaned)
                    await world.Store.CleanAsync();
            }

            foreach (var period in (int[])[60, 300, 3600])
            {
                var found = world.Read("m", "Sum", period);
                if (finest is null || period < finest)
                {
                    found.ShouldBeEmpty($"{period}");
                    continue;
                }

                found.Count.ShouldBe(7200 / period);
                found.Sum(point => point.Value).ShouldBe(119 * 60);
                world.Read("m", "p50", 3600)[0].Value.ShouldBe(29, 0.6);
            }
        }
    }

    [Fact]
    public async Task What_is_still_in_a_journal_when_its_day_becomes_coarser_is_kept()
    {
        await using var world = await StorageWorld.OpenAsync(
            options: new() { Directory = "", JournalAge = TimeSpan.FromDays(30) }
        );
        await world.PutAsync("m", 1);
        await world.Store.FlushAsync();
        await world.PutAsync("m", 2);
        world.Time.Advance(TimeSpan.FromDays(17));
        await world.Store.CleanAsync();
        world.Blocks("five-minutes").ShouldNotBeEmpty();
        world.Total("m", 300).ShouldBe(3);

        for (var opened = 0; opened < 2; opened++)
        {
            await world.ReopenAsync();
            world.Total("m", 300).ShouldBe(3);
            await world.Store.FlushAsync();
            world.Total("m", 300).ShouldBe(3);
        }

        await world.Store.CleanAsync();
        world.Blocks("minutes").ShouldBeEmpty();
        await world.ReopenAsync();
        world.Total("m", 300).ShouldBe(3);
    }

    [Fact]
    public async Task A_series_of_which_nothing_is_kept_is_forgotten_for_good()
    {
        await using var world = await StorageWorld.OpenAsync();
        await world.PutAsync("old", 1);
        await world.Store.FlushAsync();
        for (var day = 0; day < 458; day++)
        {
            world.Time.Advance(TimeSpan.FromDays(1));
            if (day == 300)
                await world.PutAsync("new", 2);
            if (day % 20 == 0 || day > 440)
                await world.Store.CleanAsync();
        }

        await world.ReopenAsync();
        world.Store.Metrics(StorageWorld.Scope).Select(known => known.Metric.Name).ShouldBe(["new"]);
        await world.PutAsync("again", 3);
        await world.ReopenAsync();
        world.Total("new", 3600).ShouldBe(2);
        world.Total("again").ShouldBe(3);
    }

    [Fact]
    public async Task A_journal_becomes_blocks_when_it_is_an_hour_old()
    {
        await using var world = await StorageWorld.OpenAsync();
        await world.PutAsync("m", 1);
        await world.Store.CleanAsync();
        world.Blocks().ShouldBeEmpty();

        world.Time.Advance(TimeSpan.FromHours(1));
        await world.Store.CleanAsync();
        world.Blocks("minutes").ShouldHaveSingleItem();
        world.Total("m").ShouldBe(1);
    }

    [Fact]
    public async Task Values_of_a_minute_add_up_wherever_they_are()
    {
        await using var world = await StorageWorld.OpenAsync();
        await world.PutAsync("m", 1);
        await world.Store.FlushAsync();
        await world.PutAsync("m", 2);
        await world.ReopenAsync();
        await world.PutAsync("m", 4);

        world.Read("m", "Sum").ShouldHaveSingleItem().Value.ShouldBe(7);
        world.Read("m", "p100").ShouldHaveSingleItem().Value.ShouldBe(4);
        world.Read("m", "SampleCount").ShouldHaveSingleItem().Value.ShouldBe(3);
    }

    [Fact]
    public async Task Periods_begin_where_the_range_begins()
    {
        await using var world = await StorageWorld.OpenAsync();
        for (var minute = 0; minute < 10; minute++)
            await world.PutAsync("m", 1, after: 60 * minute);

        var found = world.Read("m", "Sum", period: 300, from: world.Now - 120);
        found.Select(point => (point.Time - world.Now, point.Value)).ShouldBe([(-120, 3), (180, 5), (480, 2)]);
    }
}
