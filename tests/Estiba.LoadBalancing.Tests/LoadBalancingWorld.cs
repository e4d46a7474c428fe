using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.Contracts.ElbV2;
using Estiba.Contracts.Logs;
using Estiba.Contracts.S3;
using Estiba.Dns.Names;
using Estiba.Files.Tests;
using Estiba.Hosting;
using Estiba.Hosting.Calls;
using Estiba.Hosting.Certificates;
using Estiba.Hosting.Controllers;
using Estiba.LoadBalancing.HealthChecks;
using Estiba.State;
using Estiba.State.Journals;
using Microsoft.Extensions.Logging.Abstractions;

namespace Estiba.LoadBalancing.Tests;

/// <summary>
/// The service with a store in memory and a clock that stands still; EC2, targets and certificates are stand-ins.
/// </summary>
internal sealed class LoadBalancingWorld : IAsyncDisposable
{
    public const string FirstCertificate = "arn:aws:acm:eu-west-1:111122223333:certificate/one";
    public const string OtherCertificate = "arn:aws:acm:eu-west-1:111122223333:certificate/two";

    private readonly MemoryJournal _journal = new();
    private readonly StandInCertificates _certificates = new();
    private Store _store = null!;
    private ModuleRunner _modules = null!;

    public SettableTime Time { get; } = new(new DateTimeOffset(2025, 3, 4, 5, 6, 7, TimeSpan.Zero));

    public StandInEc2 Ec2 { get; } = new();

    public StandInLogs Logs { get; } = new();

    public StandInS3 Buckets { get; } = new();

    public StandInProbe Probe { get; } = new();

    /// <summary>Whether targets have answered all that they were asked.</summary>
    public bool HasDrained { get; set; }

    /// <summary>The names that the service gives.</summary>
    public NameSources Names { get; private set; } = null!;

    public IElbV2Api Api { get; private set; } = null!;

    public View View => _store.Current;

    public Store Store => _store;

    public static CallContext Context { get; } =
        new()
        {
            AccountId = "111122223333",
            Region = "eu-west-1",
            PrincipalArn = "arn:aws:iam::111122223333:root",
            AccessKeyId = "AKIAEXAMPLE",
            RequestId = "request",
        };

    public static async Task<LoadBalancingWorld> CreateAsync(bool reconciling = true)
    {
        var world = new LoadBalancingWorld();
        await world.OpenAsync(reconciling);
        return world;
    }

    /// <summary>The platform stops, as after kill -9, and starts again on the same data.</summary>
    public async Task RestartAsync()
    {
        await CloseAsync();
        await OpenAsync(reconciling: true);
        await IdleAsync();
    }

    public Task IdleAsync() => _modules.WhenIdleAsync();

    /// <summary>Lets time pass in small steps, so that what is due at some time is done at that time.</summary>
    public async Task AdvanceAsync(int seconds)
    {
        for (var second = 0; second < seconds; second++)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await IdleAsync();
        }
    }

    public async Task<LoadBalancer> LoadBalancerAsync(
        string name = "web",
        Func<CreateLoadBalancerInput, CreateLoadBalancerInput>? change = null
    )
    {
        var request = new CreateLoadBalancerInput { Name = name, Subnets = StandInEc2.Subnets };
        var made = await Api.CreateLoadBalancerAsync(change is null ? request : change(request), Context);
        await IdleAsync();
        return made.LoadBalancers![0];
    }

    public Task<LoadBalancer> NetworkLoadBalancerAsync(string name = "net") =>
        LoadBalancerAsync(name, request => request with { Type = LoadBalancerTypeEnum.Network });

    public async Task<TargetGroup> TargetGroupAsync(
        string name = "group",
        Func<CreateTargetGroupInput, CreateTargetGroupInput>? change = null
    )
    {
        var request = new CreateTargetGroupInput
        {
            Name = name,
            Protocol = ProtocolEnum.Http,
            Port = 80,
            VpcId = StandInEc2.Vpc,
            TargetType = TargetTypeEnum.Ip,
        };
        return (await Api.CreateTargetGroupAsync(change is null ? request : change(request), Context)).TargetGroups![0];
    }

    public async Task<Listener> ListenerAsync(
        LoadBalancer loadBalancer,
        Func<CreateListenerInput, CreateListenerInput>? change = null
    )
    {
        var request = new CreateListenerInput
        {
            LoadBalancerArn = loadBalancer.LoadBalancerArn,
            Protocol = ProtocolEnum.Http,
            Port = 80,
            DefaultActions = [Answer()],
        };
        var made = await Api.CreateListenerAsync(change is null ? request : change(request), Context);
        await IdleAsync();
        return made.Listeners![0];
    }

    /// <summary>A listener that forwards to a group.</summary>
    public Task<Listener> ForwardAsync(LoadBalancer loadBalancer, TargetGroup group, int port = 80) =>
        ListenerAsync(loadBalancer, request =>
            request with
            {
                Port = port,
                Protocol = loadBalancer.Type == LoadBalancerTypeEnum.Network ? ProtocolEnum.Tcp : ProtocolEnum.Http,
                DefaultActions = [Forward(group)],
            }
        );

    public async Task<Rule> RuleAsync(
        Listener listener,
        int priority = 1,
        Func<CreateRuleInput, CreateRuleInput>? change = null
    )
    {
        var request = new CreateRuleInput
        {
            ListenerArn = listener.ListenerArn,
            Priority = priority,
            Conditions = [Path("/*")],
            Actions = [Answer()],
        };
        var made = await Api.CreateRuleAsync(change is null ? request : change(request), Context);
        await IdleAsync();
        return made.Rules![0];
    }

    public async Task RegisterAsync(TargetGroup group, params string[] ids)
    {
        await Api.RegisterTargetsAsync(
            new RegisterTargetsInput
            {
                TargetGroupArn = group.TargetGroupArn,
                Targets = [.. ids.Select(id => new TargetDescription { Id = id })],
            },
            Context
        );
        await IdleAsync();
    }

    public async Task DeregisterAsync(TargetGroup group, string id)
    {
        await Api.DeregisterTargetsAsync(
            new DeregisterTargetsInput
            {
                TargetGroupArn = group.TargetGroupArn,
                Targets = [new TargetDescription { Id = id }],
            },
            Context
        );
        await IdleAsync();
    }

    public async Task<IReadOnlyList<TargetHealthDescription>> HealthAsync(TargetGroup group) =>
        (
            await Api.DescribeTargetHealthAsync(
                new DescribeTargetHealthInput { TargetGroupArn = group.TargetGroupArn },
                Context
            )
        ).TargetHealthDescriptions!;

    /// <summary>State, reason and description of a group's only target.</summary>
    public async Task<(string? State, string? Reason, string? Description)> OnlyHealthAsync(TargetGroup group)
    {
        var health = (await HealthAsync(group)).ShouldHaveSingleItem().TargetHealth!;
        return (health.State, health.Reason, health.Description);
    }

    public async Task<LoadBalancer> FindAsync(LoadBalancer loadBalancer) =>
        (
            await Api.DescribeLoadBalancersAsync(
                new DescribeLoadBalancersInput { LoadBalancerArns = [loadBalancer.LoadBalancerArn!] },
                Context
            )
        ).LoadBalancers![0];

    public async Task DeleteAsync(LoadBalancer loadBalancer)
    {
        await Api.DeleteLoadBalancerAsync(
            new DeleteLoadBalancerInput { LoadBalancerArn = loadBalancer.LoadBalancerArn },
            Context
        );
        await IdleAsync();
    }

    public static ElbV2Action Answer() =>
        new()
        {
            Type = ActionTypeEnum.FixedResponse,
            FixedResponseConfig = new FixedResponseActionConfig { StatusCode = "200" },
        };

    public static ElbV2Action Forward(TargetGroup group) =>
        new() { Type = ActionTypeEnum.Forward, TargetGroupArn = group.TargetGroupArn };

    public static RuleCondition Path(params string[] values) =>
        new()
        {
            Field = "path-pattern",
            PathPatternConfig = new PathPatternConditionConfig { Values = values },
        };

    /// <summary>An error's code and message.</summary>
    public static async Task<(string Code, string Message)> ErrorOfAsync(Func<Task> call)
    {
        var error = await call.ShouldThrowAsync<AwsException>();
        error.StatusCode.ShouldBe(400);
        return (error.Code, error.Message);
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _certificates.Dispose();
        Probe.Dispose();
    }

    private async Task OpenAsync(bool reconciling)
    {
        Module[] modules =
        [
            new ApiModule<IEc2Api>("Amazon EC2", Ec2),
            new ApiModule<ILogsApi>("Amazon CloudWatch Logs", Logs),
            new ApiModule<IS3Api>("Amazon S3", Buckets),
            new LoadBalancingModule { HasDrained = (_, _) => HasDrained },
        ];
        _store = await Store.OpenAsync(_journal, ModuleRunner.TablesOf(modules));
        var host = new ModuleHost
        {
            Store = _store,
            Time = Time,
            Random = new Random(1),
        };
        host.Share<IHealthProbe>(Probe);
        ServerCertificates.Of(host).Add(_certificates);
        Names = new NameSources();
        host.Share(Names);
        _modules = await ModuleRunner.OpenAsync(modules, host);
        Api = _modules.Neighbour<IElbV2Api>(CallPrincipal.Caller);
        if (reconciling)
            await _modules.StartAsync(new ControllerLoops(Time, new Random(2), NullLoggerFactory.Instance));
    }

    private async Task CloseAsync()
    {
        await _modules.DisposeAsync();
        await _store.DisposeAsync();
    }
}
