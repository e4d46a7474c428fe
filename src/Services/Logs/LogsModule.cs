using Estiba.Contracts.CloudWatch;
using Estiba.Contracts.Logs;
using Estiba.Files.Segments;
using Estiba.Hosting;
using Estiba.Hosting.Calls;
using Estiba.Hosting.Controllers;
using Estiba.Hosting.Metrics;
using Estiba.Logs.Events;
using Estiba.Logs.MetricFilters;
using Estiba.State;
using Microsoft.Extensions.Logging;

namespace Estiba.Logs;

/// <summary>Amazon CloudWatch Logs.</summary>
/// <param name="directory">The directory of the log events, for example <c>{data}/logs</c>.</param>
/// <param name="acceptsLoss">Opens also where everything is gone that was in the directory.</param>
public sealed class LogsModule(string directory, bool acceptsLoss = false) : Module
{
    /// <summary>The folder of the data directory that it has its files in.</summary>
    public const string Folder = "logs";

    /// <inheritdoc/>
    public override string Name => "logs";

    /// <inheritdoc/>
    public override IReadOnlyList<Table> Tables => LogsApi.Tables;

    /// <inheritdoc/>
    public override IReadOnlyList<ServiceDeclaration> Services { get; } =
    [ServiceDeclaration.Of<ILogsApi, LogsApi>("Amazon CloudWatch Logs")];

    /// <inheritdoc/>
    public override IReadOnlyList<ModuleFiles> Files { get; } =
    [
        new(Folder)
        {
            BackedUp = ["journal", "groups"],
            Lasting = ["journal", "groups"],
            Catalog = "catalog",
            MakeCatalog = LogsCatalog.Write,
            CheckAsync = LogsCheck.RunAsync,
        },
    ];

    /// <inheritdoc/>
    public override async Task<OpenModule> OpenAsync(ModuleHost host, CancellationToken cancellation)
    {
        const string Service = "logs.amazonaws.com";
        var publisher = new MetricPublisher(
            Service,
            host.Neighbour<ICloudWatchApi>(CallPrincipal.Service(Service)),
            new LogIds(host.Time, host.Random).Uuid
        );
        var metrics = new LogMetrics(host.Store, publisher, host.Time, host.Loggers.CreateLogger("Estiba.Logs"));
        var api = await LogsApi.OpenAsync(
            host,
            metrics,
            new SegmentStoreOptions
            {
                Directory = directory,
                Kind = NewEvent.Kind,
                AcceptsLoss = acceptsLoss,
            }
        );
        return new OpenModule
        {
            Dispatchers = [new LogsDispatcher(api)],
            Chores =
            [
                new Chore("logs.housekeeping", Retention.Housekeeping.Period, api.CleanAsync),
                new Chore("logs.metrics", LogMetrics.Interval, metrics.RunAsync) { Scope = WorkScope.Everywhere },
            ],
            StopAsync = metrics.EndAsync,
            CloseAsync = api.DisposeAsync,
        };
    }
}
