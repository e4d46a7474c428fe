using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;

namespace Estiba.Metrics;

/// <content>What nobody can make here yet is read as none.</content>
public sealed partial class CloudWatchApi
{
    /// <inheritdoc/>
    public Task<DescribeAnomalyDetectorsOutput> DescribeAnomalyDetectorsAsync(
        DescribeAnomalyDetectorsInput request,
        CallContext context,
        CancellationToken cancellation
    ) => Task.FromResult(new DescribeAnomalyDetectorsOutput { AnomalyDetectors = [] });

    /// <inheritdoc/>
    public Task<ListAlarmMuteRulesOutput> ListAlarmMuteRulesAsync(
        ListAlarmMuteRulesInput request,
        CallContext context,
        CancellationToken cancellation
    ) => Task.FromResult(new ListAlarmMuteRulesOutput { AlarmMuteRuleSummaries = [] });

    /// <inheritdoc/>
    public Task<ListMetricStreamsOutput> ListMetricStreamsAsync(
        ListMetricStreamsInput request,
        CallContext context,
        CancellationToken cancellation
    ) => Task.FromResult(new ListMetricStreamsOutput { Entries = [] });
}
