using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;
using Estiba.Contracts.Ec2;
using Estiba.Contracts.Sns;
using Estiba.Hosting;
using Estiba.Hosting.Alarms;
using Estiba.Hosting.Calls;
using Estiba.Hosting.Controllers;
using Estiba.Metrics.Alarms;
using Estiba.State;
using Estiba.State.Journals;
using Metric = Estiba.Metrics.Series.Metric;
using MetricDimension = Estiba.Metrics.Series.MetricDimension;

namespace Estiba.Metrics.Tests.Alarms;

/// <summary>The alarms of CloudWatch with a store in memory, values that a test says, and a topic and a scaling policy
/// that note what they hear. Controllers work when the clock is moved, each as often as there is something to
/// do.</summary>
internal sealed class AlarmsWorld : IAsyncDisposable
{
    public const string Topic = "arn:aws:sns:eu-west-1:111122223333:ops";
    public const string Policy =
        "arn:aws:autoscaling:eu-west-1:111122223333:scalingPolicy:1:resource/ecs/service/c/s:policyName/up";

    private readonly MemoryJournal _journal = new();
    private ModuleRunner _modules = null!;

    public VirtualTime Time { get; } = new();

    public StandInReader Values { get; } = new();

    public Heard Heard { get; } = new();

    public Store Store { get; private set; } = null!;

    public ICloudWatchApi Api { get; private set; } = null!;

    public static CallContext Context { get; } = In("111122223333", "eu-west-1");

    public static Scope Home { get; } = Scope.Of(Context);

    public static Metric Cpu { get; } = new("App", "Cpu", [new MetricDimension("Host", "a")]);

    public static CallContext In(string account, string region) =>
        new()
        {
            AccountId = account,
            Region = region,
            PrincipalArn = $"arn:aws:iam::{account}:root",
            AccessKeyId = "AKIAEXAMPLE",
            RequestId = "request",
        };

    public static async Task<AlarmsWorld> CreateAsync()
    {
        var world = new AlarmsWorld();
        await world.OpenAsync();
        return world;
    }

    /// <summary>The process ends, whatever it was doing, and another begins on the same data.</summary>
    public async Task RestartAsync()
    {
        await CloseAsync();
        await OpenAsync();
    }

    /// <summary>An alarm on <see cref="Cpu"/>: more than 80 in a minute.</summary>
    public static PutMetricAlarmInput Alarm(string name = "high") =>
        new()
        {
            AlarmName = name,
            Namespace = "App",
            MetricName = "Cpu",
            Dimensions = [new Dimension { Name = "Host", Value = "a" }],
            Statistic = "Average",
            Period = 60,
            EvaluationPeriods = 1,
            Threshold = 80,
            ComparisonOperator = ComparisonOperator.GreaterThanThreshold,
        };

    public Task PutAsync(PutMetricAlarmInput alarm) => Api.PutMetricAlarmAsync(alarm, Context);

    public Task PutAsync(PutCompositeAlarmInput alarm) => Api.PutCompositeAlarmAsync(alarm, Context);

    public Task SetAsync(string alarm, string state) =>
        Api.SetAlarmStateAsync(
            new SetAlarmStateInput
            {
                AlarmName = alarm,
                StateValue = state,
                StateReason = "test",
            },
            Context
        );

    /// <summary>The value of a metric in this minute.</summary>
    public void Measure(double? value, Metric? metric = null) =>
        Values.Put(metric ?? Cpu, Time.GetUtcNow().ToUnixTimeSeconds() / 60 * 60, value);

    public async Task<MetricAlarm> DescribeAsync(string name = "high") =>
        (
            await Api.DescribeAlarmsAsync(new DescribeAlarmsInput { AlarmNames = [name] }, Context)
        ).MetricAlarms!.ShouldHaveSingleItem();

    public async Task<CompositeAlarm> DescribeCompositeAsync(string name) =>
        (
            await Api.DescribeAlarmsAsync(
                new DescribeAlarmsInput { AlarmNames = [name], AlarmTypes = [AlarmType.CompositeAlarm] },
                Context
            )
        ).CompositeAlarms!.ShouldHaveSingleItem();

    /// <summary>What happened to an alarm, the newest first.</summary>
    public async Task<IReadOnlyList<AlarmHistoryItem>> HistoryAsync(string name = "high") =>
        (
            await Api.DescribeAlarmHistoryAsync(new DescribeAlarmHistoryInput { AlarmName = name }, Context)
        ).AlarmHistoryItems!;

    public async Task<IReadOnlyList<string?>> SummariesAsync(string name = "high") =>
        [.. (await HistoryAsync(name)).Select(item => item.HistorySummary)];

    /// <summary>Moves the clock, ten seconds at a time, and lets the controllers work after each.</summary>
    public async Task AdvanceAsync(TimeSpan by)
    {
        for (var left = by; left > TimeSpan.Zero; left -= TimeSpan.FromSeconds(10))
        {
            Time.Advance(left < TimeSpan.FromSeconds(10) ? left : TimeSpan.FromSeconds(10));
            await WorkAsync();
        }
    }

    /// <summary>Lets the controllers work until nothing changes any more.</summary>
    public async Task WorkAsync(params string[] without)
    {
        for (var before = -1L; before != Store.Current.Revision; )
        {
            before = Store.Current.Revision;
            foreach (var controller in _modules.Controllers.Where(each => !without.Contains(each.Name)))
            {
                foreach (var key in controller.AtStart(Store.Current).ToList())
                    await controller.Reconciler.ReconcileAsync(key, CancellationToken.None);
            }
        }
    }

    /// <summary>Sets the controllers to work by themselves.</summary>
    public Task StartAsync() =>
        _modules.StartAsync(
            new ControllerLoops(
                Time,
                new Random(1),
                Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance
            )
        );

    public Task HousekeepAsync() =>
        _modules.Chores.Single(chore => chore.Name == "cloudwatch.alarm-history").RunAsync(CancellationToken.None);

    /// <summary>An error's code and message, after which nothing has changed.</summary>
    public async Task<(string Code, string Message)> ErrorOfAsync(Func<Task> call)
    {
        var before = Store.Current.Revision;
        var error = await call.ShouldThrowAsync<AwsException>();
        Store.Current.Revision.ShouldBe(before);
        return (error.Code, error.Message);
    }

    public async ValueTask DisposeAsync() => await CloseAsync();

    private async Task OpenAsync()
    {
        Module[] modules =
        [
            new AlarmsModule(Values),
            new ApiModule<ISnsApi>("Amazon SNS", Heard),
            new ApiModule<IEc2Api>("Amazon EC2", Heard),
        ];
        Store = await Store.OpenAsync(_journal, ModuleRunner.TablesOf(modules));
        var host = new ModuleHost
        {
            Store = Store,
            Time = Time,
            Random = new Random(1),
        };
        AlarmActions.Of(host).Add(Heard);
        _modules = await ModuleRunner.OpenAsync(modules, host);
        Api = _modules.Neighbour<ICloudWatchApi>(CallPrincipal.Caller);
    }

    private async Task CloseAsync()
    {
        await _modules.DisposeAsync();
        await Store.DisposeAsync();
    }

    // Alarms and dashboards alone: what was measured is the test's.
    private sealed class AlarmsModule(StandInReader reader) : Module
    {
        public override string Name => "cloudwatch";

        public override IReadOnlyList<Table> Tables => MetricsTables.All;

        public override Task<OpenModule> OpenAsync(ModuleHost host, CancellationToken cancellation)
        {
            var actions = AlarmActions.Of(host);
            return Task.FromResult(
                new OpenModule
                {
                    Dispatchers = [new CloudWatchDispatcher(new CloudWatchApi(host, null!, actions))],
                    Controllers = AlarmControllers.Of(host, reader, actions),
                    Chores =
                    [
                        new Chore(
                            "cloudwatch.alarm-history",
                            AlarmHousekeeping.Interval,
                            new AlarmHousekeeping(host.Store, host.Time).RunAsync
                        ),
                    ],
                }
            );
        }
    }
}

/// <summary>A topic, a scaling policy and EC2, which note what they hear.</summary>
internal sealed class Heard : ISnsApi, IEc2Api, IAlarmAction
{
    public List<(PublishInput Message, CallContext Caller)> Messages { get; } = [];

    public List<AlarmStateChange> Changes { get; } = [];

    public List<string> Stopped { get; } = [];

    /// <summary>What goes wrong; null for nothing.</summary>
    public Exception? Fault { get; set; }

    public Task<PublishResponse> PublishAsync(PublishInput request, CallContext context, CancellationToken cancellation)
    {
        if (Fault is not null)
            throw Fault;
        lock (Messages)
            Messages.Add((request, context));
        return Task.FromResult(new PublishResponse { MessageId = "1" });
    }

    public Task<StopInstancesResult> StopInstancesAsync(
        StopInstancesRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        Stopped.AddRange(request.InstanceIds!);
        return Task.FromResult(new StopInstancesResult());
    }

    public bool Takes(string arn) => arn.Contains(":scalingPolicy:", StringComparison.Ordinal);

    public Task RunAsync(string arn, AlarmStateChange change, CancellationToken cancellation)
    {
        Changes.Add(change);
        return Task.CompletedTask;
    }
}
