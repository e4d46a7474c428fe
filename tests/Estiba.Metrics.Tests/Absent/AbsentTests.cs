using Estiba.Contracts.CloudWatch;
using static Estiba.Metrics.Tests.Alarms.AlarmsWorld;

namespace Estiba.Metrics.Tests.Absent;

public sealed class AbsentTests
{
    [Fact]
    public async Task What_nobody_can_make_is_read_as_none()
    {
        await using var world = await CreateAsync();
        (
            await world.Api.DescribeAnomalyDetectorsAsync(new DescribeAnomalyDetectorsInput(), Context)
        ).AnomalyDetectors.ShouldBeEmpty();
        (
            await world.Api.ListAlarmMuteRulesAsync(new ListAlarmMuteRulesInput(), Context)
        ).AlarmMuteRuleSummaries.ShouldBeEmpty();
        (await world.Api.ListMetricStreamsAsync(new ListMetricStreamsInput(), Context)).Entries.ShouldBeEmpty();
    }
}
