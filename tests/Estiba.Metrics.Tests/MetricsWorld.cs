using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;
using Estiba.Hosting;
using Estiba.Hosting.Calls;
using Estiba.State;
using Estiba.State.Journals;

namespace Estiba.Metrics.Tests;

/// <summary>CloudWatch with its state in memory, its values in a directory of its own, and a clock that stands
/// still.</summary>
internal sealed class MetricsWorld : IAsyncDisposable
{
    internal static readonly CallContext Caller = new()
    {
        AccountId = "123456789012",
        Region = "eu-west-1",
        PrincipalArn = "arn:aws:iam::123456789012:root",
        AccessKeyId = "AKIDEXAMPLE",
        RequestId = "r",
    };

    private readonly TemporaryDirectory _directory = new();
    private Store _store = null!;
    private ModuleRunner _modules = null!;

    internal VirtualTime Time { get; } = new();

    internal DateTimeOffset Now => Time.GetUtcNow();

    internal ICloudWatchApi Api { get; private set; } = null!;

    /// <summary>As a service of the platform calls it.</summary>
    internal ICloudWatchApi AsService { get; private set; } = null!;

    internal static async Task<MetricsWorld> OpenAsync()
    {
        var world = new MetricsWorld();
        var module = new MetricsModule(world._directory.Path);
        world._store = await Store.OpenAsync(new MemoryJournal(), module.Tables);
        var host = new ModuleHost { Store = world._store, Time = world.Time };
        world._modules = await ModuleRunner.OpenAsync([module], host);
        world.Api = host.Neighbour<ICloudWatchApi>(CallPrincipal.Caller);
        world.AsService = host.Neighbour<ICloudWatchApi>(CallPrincipal.Service("ecs.amazonaws.com"));
        return world;
    }

    internal static MetricDatum Datum(string name = "Latency", double? value = 1) =>
        new() { MetricName = name, Value = value };

    internal Task PutAsync(params MetricDatum[] data) =>
        Api.PutMetricDataAsync(new PutMetricDataInput { Namespace = "App", MetricData = data }, Caller);

    /// <summary>Puts a value so many minutes after now.</summary>
    internal Task PutAsync(string name, double value, int minutes = 0) =>
        PutAsync(Datum(name, value) with { Timestamp = Now.AddMinutes(minutes) });

    internal async Task<IReadOnlyList<Datapoint>> StatisticsAsync(
        Func<GetMetricStatisticsInput, GetMetricStatisticsInput>? change = null
    )
    {
        var request = new GetMetricStatisticsInput
        {
            Namespace = "App",
            MetricName = "Latency",
            StartTime = Now.AddMinutes(-10),
            EndTime = Now.AddMinutes(10),
            Period = 60,
            Statistics = ["Sum"],
        };
        return (await Api.GetMetricStatisticsAsync(change?.Invoke(request) ?? request, Caller)).Datapoints!;
    }

    internal Task<GetMetricDataOutput> DataAsync(
        IReadOnlyList<MetricDataQuery> queries,
        Func<GetMetricDataInput, GetMetricDataInput>? change = null
    )
    {
        var request = new GetMetricDataInput
        {
            MetricDataQueries = queries,
            StartTime = Now.AddMinutes(-10),
            EndTime = Now.AddMinutes(10),
        };
        return Api.GetMetricDataAsync(change?.Invoke(request) ?? request, Caller);
    }

    internal static MetricDataQuery Query(string id, string name = "Latency", string stat = "Sum", int period = 60) =>
        new()
        {
            Id = id,
            MetricStat = new MetricStat
            {
                Metric = new Metric { Namespace = "App", MetricName = name },
                Period = period,
                Stat = stat,
            },
        };

    internal static async Task RefusedAsync(Func<Task> call, string code, string message)
    {
        var refused = await Should.ThrowAsync<AwsException>(call);
        (refused.QueryCode ?? refused.Code).ShouldBe(code);
        refused.Message.ShouldBe(message);
    }

    public async ValueTask DisposeAsync()
    {
        await _modules.DisposeAsync();
        await _store.DisposeAsync();
        _directory.Dispose();
    }
}
