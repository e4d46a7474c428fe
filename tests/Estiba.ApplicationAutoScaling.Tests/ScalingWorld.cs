using Estiba.Contracts;
using Estiba.Contracts.ApplicationAutoScaling;
using Estiba.Contracts.CloudWatch;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.Iam;
using Estiba.Hosting;
using Estiba.Hosting.Alarms;
using Estiba.Hosting.Calls;
using Estiba.Hosting.Controllers;
using Estiba.State;
using Estiba.State.Journals;
using Microsoft.Extensions.Time.Testing;
using PolicyType = Estiba.Contracts.ApplicationAutoScaling.PolicyType;
using Task = System.Threading.Tasks.Task;

namespace Estiba.ApplicationAutoScaling.Tests;

/// <summary>The service with a store in memory and a clock that stands still; ECS, CloudWatch and IAM are
/// stand-ins.</summary>
internal sealed class ScalingWorld : IAsyncDisposable
{
    public const string Web = "service/shop/web";
    private const string Account = "111122223333";
    private const string Region = "eu-west-1";

    private readonly MemoryJournal _journal = new();
    private readonly Random _random = new(1);
    private ModuleRunner _modules = null!;
    private AlarmActions _actions = null!;

    private ScalingWorld() { }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 5, 6, 7, 8, 9, TimeSpan.Zero));

    public StandInEcs Ecs { get; } = new();

    public StandInCloudWatch CloudWatch { get; } = new();

    public StandInIam Iam { get; } = new();

    public Store Store { get; private set; } = null!;

    public StepScheduler Scheduler { get; private set; } = null!;

    public IApplicationAutoScalingApi Api { get; private set; } = null!;

    public IReadOnlyList<Chore> Chores => _modules.Chores;

    public static CallContext Context { get; } = In(Account);

    public static CallContext In(string account) =>
        new()
        {
            AccountId = account,
            Region = Region,
            PrincipalArn = $"arn:aws:iam::{account}:root",
            AccessKeyId = "AKIAEXAMPLE",
            RequestId = "request",
        };

    public static string AlarmArn(string name) => $"arn:aws:cloudwatch:{Region}:{Account}:alarm:{name}";

    public static async Task<ScalingWorld> CreateAsync()
    {
        var world = new ScalingWorld();
        await world.OpenAsync();
        return world;
    }

    /// <summary>With a service <c>web</c> of some tasks that may be scaled.</summary>
    public static async Task<(ScalingWorld World, StandInService Service)> WithTargetAsync(
        int desired = 2,
        int min = 1,
        int max = 10
    )
    {
        var world = await CreateAsync();
        var service = world.Ecs.Add("shop", "web", desired);
        await world.RegisterAsync(min, max);
        await world.Scheduler.RunAsync();
        return (world, service);
    }

    public async Task<string> RegisterAsync(int? min, int? max, SuspendedState? suspended = null) =>
        (
            await Api.RegisterScalableTargetAsync(
                new RegisterScalableTargetRequest
                {
                    ServiceNamespace = "ecs",
                    ResourceId = Web,
                    ScalableDimension = "ecs:service:DesiredCount",
                    MinCapacity = min,
                    MaxCapacity = max,
                    SuspendedState = suspended,
                },
                Context
            )
        ).ScalableTargetARN!;

    public async Task<ScalableTarget> TargetAsync() =>
        (
            await Api.DescribeScalableTargetsAsync(
                new DescribeScalableTargetsRequest { ServiceNamespace = "ecs" },
                Context
            )
        ).ScalableTargets.ShouldHaveSingleItem();

    public Task DeregisterAsync() =>
        Api.DeregisterScalableTargetAsync(
            new DeregisterScalableTargetRequest
            {
                ServiceNamespace = "ecs",
                ResourceId = Web,
                ScalableDimension = "ecs:service:DesiredCount",
            },
            Context
        );

    /// <summary>A policy that keeps the service's CPU at a percentage, or changes to one.</summary>
    public Task<PutScalingPolicyResponse> TrackAsync(
        double target = 50,
        string name = "cpu",
        Func<TargetTrackingScalingPolicyConfiguration, TargetTrackingScalingPolicyConfiguration>? change = null
    )
    {
        var policy = new TargetTrackingScalingPolicyConfiguration
        {
            TargetValue = target,
            PredefinedMetricSpecification = new PredefinedMetricSpecification
            {
                PredefinedMetricType = MetricType.ECSServiceAverageCPUUtilization,
            },
        };
        return PutAsync(
            new PutScalingPolicyRequest
            {
                PolicyName = name,
                PolicyType = PolicyType.TargetTrackingScaling,
                TargetTrackingScalingPolicyConfiguration = change is null ? policy : change(policy),
            }
        );
    }

    public Task<PutScalingPolicyResponse> StepAsync(
        string name,
        string type,
        int? cooldown,
        params StepAdjustment[] steps
    ) =>
        PutAsync(
            new PutScalingPolicyRequest
            {
                PolicyName = name,
                PolicyType = PolicyType.StepScaling,
                StepScalingPolicyConfiguration = new StepScalingPolicyConfiguration
                {
                    AdjustmentType = type,
                    Cooldown = cooldown,
                    StepAdjustments = steps,
                },
            }
        );

    public Task<PutScalingPolicyResponse> PutAsync(PutScalingPolicyRequest request) =>
        Api.PutScalingPolicyAsync(
            request with
            {
                ServiceNamespace = "ecs",
                ResourceId = Web,
                ScalableDimension = "ecs:service:DesiredCount",
            },
            Context
        );

    public async Task<IReadOnlyList<ScalingPolicy>> PoliciesAsync() =>
        (
            await Api.DescribeScalingPoliciesAsync(
                new DescribeScalingPoliciesRequest { ServiceNamespace = "ecs" },
                Context
            )
        ).ScalingPolicies!;

    public Task DeletePolicyAsync(string name) =>
        Api.DeleteScalingPolicyAsync(
            new DeleteScalingPolicyRequest
            {
                ServiceNamespace = "ecs",
                ResourceId = Web,
                ScalableDimension = "ecs:service:DesiredCount",
                PolicyName = name,
            },
            Context
        );

    public Task ScheduleAsync(
        string name,
        string schedule,
        int? min,
        int? max,
        Func<PutScheduledActionRequest, PutScheduledActionRequest>? change = null
    )
    {
        var request = new PutScheduledActionRequest
        {
            ServiceNamespace = "ecs",
            ResourceId = Web,
            ScalableDimension = "ecs:service:DesiredCount",
            ScheduledActionName = name,
            Schedule = schedule,
            ScalableTargetAction = new ScalableTargetAction { MinCapacity = min, MaxCapacity = max },
        };
        return Api.PutScheduledActionAsync(change is null ? request : change(request), Context);
    }

    public async Task<IReadOnlyList<ScalingActivity>> ActivitiesAsync(bool withNotScaled = false) =>
        (
            await Api.DescribeScalingActivitiesAsync(
                new DescribeScalingActivitiesRequest
                {
                    ServiceNamespace = "ecs",
                    ResourceId = Web,
                    IncludeNotScaledActivities = withNotScaled,
                },
                Context
            )
        ).ScalingActivities!;

    /// <summary>The first code of those why nothing was scaled that an activity gives, the newest one's.</summary>
    public async Task<string?> NotScaledAsync() =>
        (await ActivitiesAsync(withNotScaled: true))[0].NotScaledReasons?[0].Code;

    /// <summary>An alarm of a policy that tracks a target speaks, and what it asks for is decided.</summary>
    public async Task TrackedAsync(double value, string policy = "cpu")
    {
        var its = (await PoliciesAsync()).Single(each => each.PolicyName == policy);
        var isHigh = value > its.TargetTrackingScalingPolicyConfiguration!.TargetValue;
        var alarm = its.Alarms!.Single(each => each.AlarmName!.Contains(isHigh ? "-AlarmHigh-" : "-AlarmLow-"));
        var put = CloudWatch.Alarms[alarm.AlarmName!];
        await SpeakAsync(put.AlarmActions!.ShouldHaveSingleItem(), alarm.AlarmName!, value, put.Threshold);
    }

    /// <summary>An alarm of a customer asks a policy of steps, and what it asks for is decided.</summary>
    public async Task SteppedAsync(string policy, double value, double threshold)
    {
        var its = (await PoliciesAsync()).Single(each => each.PolicyName == policy);
        await SpeakAsync(its.PolicyARN!, "mine", value, threshold);
    }

    /// <summary>An alarm speaks: it is in ALARM now, or since an earlier time.</summary>
    public Task SpeakAsync(
        string action,
        string alarm,
        double? value,
        double? threshold,
        DateTimeOffset? since = null
    ) =>
        _actions
            .For(action)
            .ShouldNotBeNull()
            .RunAsync(
                action,
                new AlarmStateChange(
                    AlarmArn(alarm),
                    since is null ? "OK" : "ALARM",
                    "ALARM",
                    since ?? Time.GetUtcNow(),
                    value,
                    threshold
                ),
                CancellationToken.None
            );

    /// <summary>Time passes, and what is to be done by then is done.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        Time.Advance(time);
        await Scheduler.RunAsync();
    }

    /// <summary>The platform is killed and starts again on the same data.</summary>
    public async Task RestartAsync()
    {
        await CloseAsync();
        await OpenAsync();
    }

    /// <summary>An error's code and message.</summary>
    public static async Task<(string Code, string Message)> ErrorOfAsync(Func<Task> call)
    {
        var error = await call.ShouldThrowAsync<AwsException>();
        error.StatusCode.ShouldBe(400);
        return (error.Code, error.Message);
    }

    public async ValueTask DisposeAsync() => await CloseAsync();

    private async Task OpenAsync()
    {
        Module[] modules =
        [
            new ApiModule<IEcsApi>("Amazon ECS", Ecs),
            new ApiModule<ICloudWatchApi>("Amazon CloudWatch", CloudWatch),
            new ApiModule<IIamApi>("IAM", Iam),
            new ApplicationAutoScalingModule(),
        ];
        Store = await Store.OpenAsync(_journal, ModuleRunner.TablesOf(modules));
        var host = new ModuleHost
        {
            Store = Store,
            Time = Time,
            Random = _random,
        };
        _modules = await ModuleRunner.OpenAsync(modules, host);
        _actions = AlarmActions.Of(host);
        Api = _modules.Neighbour<IApplicationAutoScalingApi>(CallPrincipal.Caller);
        Scheduler = new StepScheduler(Time);
        await _modules.StartAsync(Scheduler);
    }

    private async Task CloseAsync()
    {
        await _modules.DisposeAsync();
        await Store.DisposeAsync();
    }
}
