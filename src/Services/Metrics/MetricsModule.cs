using Estiba.Contracts.CloudWatch;
using Estiba.Files;
using Estiba.Hosting;
using Estiba.Hosting.Alarms;
using Estiba.Hosting.Controllers;
using Estiba.Metrics.Alarms;
using Estiba.Metrics.Series;
using Estiba.State;

namespace Estiba.Metrics;

/// <summary>Amazon CloudWatch: what was measured, and what watches it.</summary>
/// <param name="directory">The directory of the values, for example <c>{data}/metrics</c>.</param>
/// <param name="acceptsLoss">Opens also where everything is gone that was in the directory.</param>
public sealed class MetricsModule(string directory, bool acceptsLoss = false) : Module
{
    /// <inheritdoc/>
    public override string Name => "cloudwatch";

    /// <inheritdoc/>
    public override IReadOnlyList<Table> Tables => MetricsTables.All;

    /// <inheritdoc/>
    public override IReadOnlyList<ServiceDeclaration> Services { get; } =
    [ServiceDeclaration.Of<ICloudWatchApi, CloudWatchApi>("Amazon CloudWatch")];

    /// <inheritdoc/>
    public override Task<OpenModule> OpenAsync(ModuleHost host, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(host);
        DurableDirectory.Create(directory);
        _ = acceptsLoss;
        var (reader, actions) = (host.Find<IMetricReader>()!, AlarmActions.Of(host));
        var api = new CloudWatchApi(host, reader, actions);
        var history = new AlarmHousekeeping(host.Store, host.Time);
        return Task.FromResult(
            new OpenModule
            {
                Dispatchers = [new CloudWatchDispatcher(api)],
                Controllers = AlarmControllers.Of(host, reader, actions),
                Chores = [new Chore("cloudwatch.alarm-history", AlarmHousekeeping.Interval, history.RunAsync)],
            }
        );
    }
}
