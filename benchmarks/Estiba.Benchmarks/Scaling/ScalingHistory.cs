using Estiba.ApplicationAutoScaling;
using Estiba.ApplicationAutoScaling.Tests;
using Estiba.Contracts;
using Estiba.Contracts.ApplicationAutoScaling;
using Estiba.Contracts.CloudWatch;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.Iam;
using Estiba.Hosting;
using Estiba.Hosting.Calls;
using Estiba.Metrics;
using Estiba.State;
using Estiba.State.Journals;
using Microsoft.Extensions.Time.Testing;
using PolicyType = Estiba.Contracts.ApplicationAutoScaling.PolicyType;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Benchmarks.Scaling;

/// <summary>
/// A service under load in virtual time, with the platform's own Application Auto Scaling and CloudWatch: policies,
/// alarms, metrics, and the controllers of both. ECS is a stand-in whose tasks take a while to start, and the metric is
/// put as a load balancer puts it, at the end of each minute.
/// </summary>
internal sealed class ScalingHistory : IAsyncDisposable
{
    private const string Resource = "service/shop/web";
    private const string ScalableDimension = "ecs:service:DesiredCount";
    private const string Balancer = "app/shop/1111111111111111";
    private const string Group = "targetgroup/web/2222222222222222";
    private const int TicksOfMinute = 12;
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Start = TimeSpan.FromSeconds(30);

    private static readonly CallContext Context = new()
    {
        AccountId = "111122223333",
        Region = "eu-west-1",
        PrincipalArn = "arn:aws:iam::111122223333:root",
        AccessKeyId = "AKIAEXAMPLE",
        RequestId = "request",
    };

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("estiba-bench-");
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 5, 6, 0, 0, 0, TimeSpan.Zero));
    private readonly StandInEcs _ecs = new();
    private readonly StandInService _service;
    private readonly List<TimeSpan> _starting = [];
    private Store _store = null!;
    private ModuleRunner _modules = null!;
    private ICloudWatchApi _cloudWatch = null!;

    private ScalingHistory(int desired)
    {
        _service = _ecs.Add("shop", "web", desired);
        _service.IsSlow = true;
        _service.TargetGroups.Add($"arn:aws:elasticloadbalancing:{Context.Region}:{Context.AccountId}:{Group}");
    }

    /// <summary>A service of so many tasks, with a policy that tracks a number of requests a minute for each.</summary>
    internal static async Task<ScalingHistory> OpenAsync(double target, int desired, int max)
    {
        var history = new ScalingHistory(desired);
        await history.OpenAsync();
        var scaling = history._modules.Neighbour<IApplicationAutoScalingApi>(CallPrincipal.Caller);
        await scaling.RegisterScalableTargetAsync(
            new RegisterScalableTargetRequest
            {
                ServiceNamespace = "ecs",
                ResourceId = Resource,
                ScalableDimension = ScalableDimension,
                MinCapacity = 1,
                MaxCapacity = max,
            },
            Context
        );
        await scaling.PutScalingPolicyAsync(
            new PutScalingPolicyRequest
            {
                ServiceNamespace = "ecs",
                ResourceId = Resource,
                ScalableDimension = ScalableDimension,
                PolicyName = "requests",
                PolicyType = PolicyType.TargetTrackingScaling,
                TargetTrackingScalingPolicyConfiguration = new TargetTrackingScalingPolicyConfiguration
                {
                    TargetValue = target,
                    PredefinedMetricSpecification = new PredefinedMetricSpecification
                    {
                        PredefinedMetricType = MetricType.ALBRequestCountPerTarget,
                        ResourceLabel = $"{Balancer}/{Group}",
                    },
                },
            },
            Context
        );
        return history;
    }

    /// <summary>Plays it.</summary>
    /// <param name="length">How long it lasts.</param>
    /// <param name="load">Requests a minute at a time.</param>
    /// <returns>One point for each minute.</returns>
    internal async Task<IReadOnlyList<ScalingPoint>> PlayAsync(TimeSpan length, Func<TimeSpan, double> load)
    {
        var points = new List<ScalingPoint>();
        var (asked, perTarget) = (0d, 0d);
        for (var tick = 1; Tick * tick <= length; tick++)
        {
            var now = Tick * tick;
            var requests = load(now) / TicksOfMinute;
            asked += requests;
            perTarget += requests / Math.Max(1, _service.Running);
            _time.Advance(Tick);
            if (tick % TicksOfMinute == 0)
            {
                await PublishAsync(perTarget);
                points.Add(new ScalingPoint(now, asked, perTarget, _service.Desired, _service.Running));
                (asked, perTarget) = (0, 0);
            }

            await WorkAsync();
            Move(now);
        }

        return points;
    }

    public async ValueTask DisposeAsync()
    {
        await _modules.DisposeAsync();
        await _store.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private async Task OpenAsync()
    {
        Module[] modules =
        [
            new ApiModule<IEcsApi>("Amazon ECS", _ecs),
            new ApiModule<IIamApi>("IAM", new StandInIam()),
            new MetricsModule(_directory.FullName),
            new ApplicationAutoScalingModule(),
        ];
        _store = await Store.OpenAsync(new MemoryJournal(), ModuleRunner.TablesOf(modules));
        var host = new ModuleHost
        {
            Store = _store,
            Time = _time,
            Random = new Random(1),
        };
        _modules = await ModuleRunner.OpenAsync(modules, host);
        _cloudWatch = _modules.Neighbour<ICloudWatchApi>(CallPrincipal.Service("elasticloadbalancing.amazonaws.com"));
    }

    private Task PublishAsync(double perTarget) =>
        _cloudWatch.PutMetricDataAsync(
            new PutMetricDataInput
            {
                Namespace = "AWS/ApplicationELB",
                MetricData =
                [
                    new MetricDatum
                    {
                        MetricName = "RequestCountPerTarget",
                        Dimensions =
                        [
                            new Dimension { Name = "LoadBalancer", Value = Balancer },
                            new Dimension { Name = "TargetGroup", Value = Group },
                        ],
                        Timestamp = _time.GetUtcNow() - TimeSpan.FromMinutes(1),
                        Value = perTarget,
                        Unit = StandardUnit.Count,
                    },
                ],
            },
            Context
        );

    // Controllers look at all there is until nothing changes any more, in a fixed order.
    private async Task WorkAsync()
    {
        for (var before = -1L; before != _store.Current.Revision; )
        {
            before = _store.Current.Revision;
            foreach (var controller in _modules.Controllers)
            {
                foreach (var key in controller.AtStart(_store.Current).ToList())
                    await controller.Reconciler.ReconcileAsync(key, CancellationToken.None);
            }
        }
    }

    // Tasks start after a while, and are stopped at once.
    private void Move(TimeSpan now)
    {
        _service.Running += _starting.RemoveAll(ready => ready <= now);
        while (_service.Running + _starting.Count < _service.Desired)
            _starting.Add(now + Start);
        while (_service.Running + _starting.Count > _service.Desired && _starting.Count > 0)
            _starting.RemoveAt(_starting.Count - 1);
        _service.Running = Math.Min(_service.Running, _service.Desired);
    }
}

/// <summary>A service at the end of a minute.</summary>
/// <param name="Time">Since the beginning.</param>
/// <param name="Load">The requests of the minute.</param>
/// <param name="PerTarget">How many of them each task answered.</param>
/// <param name="Desired">How many tasks were wanted.</param>
/// <param name="Running">How many ran.</param>
internal sealed record ScalingPoint(TimeSpan Time, double Load, double PerTarget, int Desired, int Running);
