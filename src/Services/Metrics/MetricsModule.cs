using Estiba.Contracts.CloudWatch;
using Estiba.Files;
using Estiba.Hosting;
using Estiba.Hosting.Alarms;
using Estiba.Hosting.Controllers;
using Estiba.Metrics.Alarms;
using Estiba.Metrics.Storage;
using Estiba.State;
using Microsoft.Extensions.Logging;

namespace Estiba.Metrics;

/// <summary>Amazon CloudWatch: what was measured, and what watches it.</summary>
/// <param name="directory">The directory of the values, for example <c>{data}/metrics</c>.</param>
/// <param name="acceptsLoss">Opens also where everything is gone that was in the directory.</param>
public sealed class MetricsModule(string directory, bool acceptsLoss = false) : Module
{
    /// <summary>The folder of the data directory that it has its files in.</summary>
    public const string Folder = "metrics";

    private static readonly TimeSpan CleanInterval = TimeSpan.FromMinutes(5);

    /// <inheritdoc/>
    public override string Name => "cloudwatch";

    /// <inheritdoc/>
    public override IReadOnlyList<Table> Tables => MetricsTables.All;

    /// <inheritdoc/>
    public override IReadOnlyList<ServiceDeclaration> Services { get; } =
    [ServiceDeclaration.Of<ICloudWatchApi, CloudWatchApi>("Amazon CloudWatch")];

    /// <inheritdoc/>
    public override IReadOnlyList<ModuleFiles> Files { get; } =
    [
        new(Folder)
        {
            // The list of series last: what has become blocks since is in it.
            BackedUp = ["journal", "blocks", "series"],
            Lasting = ["journal", "blocks", "series"],
            Catalog = "catalog",
            MakeCatalog = MetricsFiles.WriteCatalog,
            CheckAsync = MetricsFiles.CheckAsync,
        },
    ];

    /// <inheritdoc/>
    public override async Task<OpenModule> OpenAsync(ModuleHost host, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(host);
        var values = await MetricStore.OpenAsync(
            new StorageOptions { Directory = directory, AcceptsLoss = acceptsLoss },
            host.Time,
            host.Loggers.CreateLogger("Estiba.Metrics"),
            host.Find<Damage>()
        );
        var actions = AlarmActions.Of(host);
        var api = new CloudWatchApi(host, values, actions);
        var history = new AlarmHousekeeping(host.Store, host.Time);
        return new OpenModule
        {
            Dispatchers = [new CloudWatchDispatcher(api)],
            Controllers = AlarmControllers.Of(host, values, actions),
            Chores =
            [
                new Chore("cloudwatch.retention", CleanInterval, values.CleanAsync),
                new Chore("cloudwatch.alarm-history", AlarmHousekeeping.Interval, history.RunAsync),
            ],
            CloseAsync = values.DisposeAsync,
        };
    }
}
