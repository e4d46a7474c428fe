using System.Globalization;
using Estiba.ApplicationAutoScaling.ScheduledActions;

namespace Estiba.ApplicationAutoScaling.Tests.ScheduledActions;

public sealed class ScheduleTests
{
    private static readonly DateTimeOffset Now = At("2026-05-06T07:08:09Z"); // A Wednesday.

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static Schedule? Parse(string text, string zone = "UTC") =>
        Schedule.TryParse(text, TimeZoneInfo.FindSystemTimeZoneById(zone));

    [Theory]
    [InlineData("at(2026-05-06T08:00:00)", "2026-05-06T08:00:00Z")]
    [InlineData("at(2026-05-06T9:36:00)", "2026-05-06T09:36:00Z")]
    [InlineData("rate(5 minutes)", "2026-05-06T07:13:09Z")]
    [InlineData("rate(1 hour)", "2026-05-06T08:08:09Z")]
    [InlineData("rate(2 days)", "2026-05-08T07:08:09Z")]
    [InlineData("cron(15 12 * * ? *)", "2026-05-06T12:15:00Z")]
    [InlineData("cron(0/15 * * * ? *)", "2026-05-06T07:15:00Z")]
    [InlineData("cron(0 8 ? * MON-FRI *)", "2026-05-06T08:00:00Z")]
    [InlineData("cron(0 8 ? * 2-6 *)", "2026-05-06T08:00:00Z")]
    [InlineData("cron(0 8 ? * 1 *)", "2026-05-10T08:00:00Z")]
    [InlineData("cron(0 8 ? * SAT,SUN *)", "2026-05-09T08:00:00Z")]
    [InlineData("cron(0 8 ? * 7L *)", "2026-05-30T08:00:00Z")]
    [InlineData("cron(0 8 ? * L *)", "2026-05-09T08:00:00Z")]
    [InlineData("cron(0 8 ? * 3#1 *)", "2026-06-02T08:00:00Z")]
    [InlineData("cron(0 8 L * ? *)", "2026-05-31T08:00:00Z")]
    [InlineData("cron(0 8 31W * ? *)", "2026-05-29T08:00:00Z")]
    [InlineData("cron(0 8 1 JAN ? *)", "2027-01-01T08:00:00Z")]
    [InlineData("cron(0 8 1 1 ? 2028-2030)", "2028-01-01T08:00:00Z")]
    [InlineData("cron(0 8 29 2 ? 2026/2)", "2028-02-29T08:00:00Z")]
    [InlineData("cron(30 6 6 5 ? 2026,2029)", "2029-05-06T06:30:00Z")]
    public void A_schedule_has_a_next_time(string schedule, string expected) =>
        Parse(schedule).ShouldNotBeNull().After(Now, Now).ShouldBe(At(expected));

    [Theory]
    [InlineData("at(2026-05-06T07:00:00)")]
    [InlineData("cron(0 8 * * ? 2025)")]
    [InlineData("cron(0 0 1 1 ? 2026)")]
    public void What_is_over_has_none(string schedule) =>
        Parse(schedule).ShouldNotBeNull().After(Now, Now).ShouldBeNull();

    [Theory]
    [InlineData("")]
    [InlineData("every day")]
    [InlineData("at(2026-05-06)")]
    [InlineData("at(2026-13-06T08:00:00)")]
    [InlineData("rate(0 minutes)")]
    [InlineData("rate(5 weeks)")]
    [InlineData("rate(minutes)")]
    [InlineData("cron(0 8 * * *)")]
    [InlineData("cron(0 8 * * * *)")]
    [InlineData("cron(0 8 ? * ? *)")]
    [InlineData("cron(60 8 * * ? *)")]
    [InlineData("cron(0 8 ? * 0 *)")]
    [InlineData("cron(0 8 ? * 8 *)")]
    [InlineData("cron(0 8 * * ? 26)")]
    [InlineData("cron(0 8 * * ? 2030-2028)")]
    public void What_is_no_schedule_is_none(string schedule) => Parse(schedule).ShouldBeNull();

    [Theory]
    [InlineData("at(2026-07-01T08:00:00)", "2026-07-01T06:00:00Z")]
    [InlineData("cron(0 8 ? * MON *)", "2026-05-11T06:00:00Z")]
    public void Times_are_those_of_the_zone(string schedule, string expected) =>
        Parse(schedule, "Europe/Madrid").ShouldNotBeNull().After(Now, Now).ShouldBe(At(expected));

    [Fact]
    public void An_hour_that_clocks_leave_out_or_repeat_comes_once()
    {
        var nightly = Parse("cron(30 2 * * ? *)", "Europe/Madrid").ShouldNotBeNull();

        // On 2026-03-29 two o'clock is three.
        nightly.After(At("2026-03-28T12:00:00Z"), Now).ShouldBe(At("2026-03-29T01:00:00Z"));
        nightly.After(At("2026-03-29T01:00:00Z"), Now).ShouldBe(At("2026-03-30T00:30:00Z"));
        // On 2026-10-25 two o'clock comes twice.
        nightly.After(At("2026-10-24T12:00:00Z"), Now).ShouldBe(At("2026-10-25T00:30:00Z"));
        nightly.After(At("2026-10-25T00:30:00Z"), Now).ShouldBe(At("2026-10-26T01:30:00Z"));
    }

    [Fact]
    public void A_rate_is_counted_from_its_start()
    {
        var start = At("2026-05-06T07:00:00Z");

        Parse("rate(30 minutes)")!.After(Now, start).ShouldBe(At("2026-05-06T07:30:00Z"));
        Parse("rate(30 minutes)")!.After(At("2026-05-06T07:30:00Z"), start).ShouldBe(At("2026-05-06T08:00:00Z"));
    }
}
