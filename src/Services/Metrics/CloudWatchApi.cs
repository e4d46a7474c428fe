using Estiba.Contracts.CloudWatch;
using Estiba.Hosting;
using Estiba.Hosting.Alarms;
using Estiba.Metrics.Series;
using Estiba.Metrics.Storage;
using Estiba.State;

namespace Estiba.Metrics;

/// <summary>
/// The operations of Amazon CloudWatch. Each resource's are in its own folder; they check the request, make one commit
/// or put what was measured, and answer. Follows the API reference, version 2010-08-01.
/// </summary>
public sealed partial class CloudWatchApi : ICloudWatchApi
{
    private readonly Store _store;
    private readonly MetricStore _values;
    private readonly IMetricReader _metrics;
    private readonly AlarmActions _actions;
    private readonly TimeProvider _time;

    /// <summary>Creates the service.</summary>
    /// <param name="host">The state, the clock, and the other services.</param>
    /// <param name="values">What was measured.</param>
    /// <param name="actions">Who carries out the actions of alarms.</param>
    internal CloudWatchApi(ModuleHost host, MetricStore values, AlarmActions actions)
    {
        _actions = actions;
        (_store, _time) = (host.Store, host.Time);
        (_values, _metrics) = (values, values);
    }

    private DateTimeOffset Now => _time.GetUtcNow();
}
