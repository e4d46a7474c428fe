using Estiba.ApplicationAutoScaling.Tests;
using Estiba.Compute;
using Estiba.Compute.Instances;
using Estiba.Compute.Networking;
using Estiba.Compute.Tests;
using Estiba.Contracts;
using Estiba.Contracts.AutoScaling;
using Estiba.Contracts.CloudWatch;
using Estiba.Contracts.Ec2;
using Estiba.Contracts.ElbV2;
using Estiba.Contracts.Iam;
using Estiba.Contracts.Sns;
using Estiba.Hosting;
using Estiba.Hosting.Alarms;
using Estiba.Hosting.Calls;
using Estiba.State;
using Estiba.State.Journals;
using Microsoft.Extensions.Time.Testing;
using Activity = Estiba.Contracts.AutoScaling.Activity;
using Instance = Estiba.Contracts.AutoScaling.Instance;
using LaunchTemplateSpecification = Estiba.Contracts.AutoScaling.LaunchTemplateSpecification;

namespace Estiba.AutoScaling.Tests;

/// <summary>
/// The service beside the real EC2 with hosts that only pretend, a store in memory and a clock that stands still; load
/// balancers, CloudWatch and IAM are stand-ins.
/// </summary>
internal sealed class AutoScalingWorld : IAsyncDisposable
{
    public const string Web = "web";
    public const string Template = "hosts";
    private const string Account = "111122223333";
    private const string Region = "eu-west-1";

    private readonly MemoryJournal _journal = new();
    private readonly Random _random = new(1);
    private ModuleRunner _modules = null!;
    private AlarmActions _actions = null!;

    private AutoScalingWorld() { }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 5, 6, 7, 8, 9, TimeSpan.Zero));

    public StandInHost Host { get; } = new();

    public StandInBalancers Balancers { get; } = new();

    public StandInCloudWatch CloudWatch { get; } = new();

    public StandInIam Iam { get; } = new();

    public StandInTopics Topics { get; } = new();

    public Store Store { get; private set; } = null!;

    public StepScheduler Scheduler { get; private set; } = null!;

    public IAutoScalingApi Api { get; private set; } = null!;

    public IEc2Api Ec2 { get; private set; } = null!;

    /// <summary>EC2, called as this service.</summary>
    public IEc2Api OwnEc2 { get; private set; } = null!;

    public static CallContext Context { get; } =
        new()
        {
            AccountId = Account,
            Region = Region,
            PrincipalArn = $"arn:aws:iam::{Account}:root",
            AccessKeyId = "AKIAEXAMPLE",
            RequestId = "request",
        };

    public static string AlarmArn(string name) => $"arn:aws:cloudwatch:{Region}:{Account}:alarm:{name}";

    public static async Task<AutoScalingWorld> CreateAsync()
    {
        var world = new AutoScalingWorld();
        await world.OpenAsync();
        var images = await world.Ec2.DescribeImagesAsync(
            new DescribeImagesRequest
            {
                Filters = [new Contracts.Ec2.Filter { Name = "architecture", Values = ["x86_64"] }],
            },
            Context
        );
        await world.Ec2.CreateLaunchTemplateAsync(
            new CreateLaunchTemplateRequest
            {
                LaunchTemplateName = Template,
                LaunchTemplateData = new RequestLaunchTemplateData
                {
                    ImageId = images.Images![0].ImageId,
                    InstanceType = "t3.micro",
                },
            },
            Context
        );
        return world;
    }

    /// <summary>With a group <c>web</c> whose instances are in service.</summary>
    public static async Task<AutoScalingWorld> WithGroupAsync(
        int desired = 2,
        int min = 0,
        int max = 10,
        Func<CreateAutoScalingGroupType, CreateAutoScalingGroupType>? change = null
    )
    {
        var world = await CreateAsync();
        await world.CreateGroupAsync(desired, min, max, change);
        await world.SettleAsync();
        return world;
    }

    public Task CreateGroupAsync(
        int? desired,
        int min = 0,
        int max = 10,
        Func<CreateAutoScalingGroupType, CreateAutoScalingGroupType>? change = null
    )
    {
        var request = new CreateAutoScalingGroupType
        {
            AutoScalingGroupName = Web,
            MinSize = min,
            MaxSize = max,
            DesiredCapacity = desired,
            AvailabilityZones = ["eu-west-1a", "eu-west-1b", "eu-west-1c"],
            LaunchTemplate = new LaunchTemplateSpecification { LaunchTemplateName = Template, Version = "$Latest" },
        };
        return Api.CreateAutoScalingGroupAsync(change is null ? request : change(request), Context);
    }

    public Task UpdateAsync(Func<UpdateAutoScalingGroupType, UpdateAutoScalingGroupType> change) =>
        Api.UpdateAutoScalingGroupAsync(change(new UpdateAutoScalingGroupType { AutoScalingGroupName = Web }), Context);

    public Task WantAsync(int desired) =>
        Api.SetDesiredCapacityAsync(
            new SetDesiredCapacityType { AutoScalingGroupName = Web, DesiredCapacity = desired },
            Context
        );

    /// <summary>Another version of the launch template, with another type of instance.</summary>
    public async Task<string> NewVersionAsync(string type = "t3.small")
    {
        var made = await Ec2.CreateLaunchTemplateVersionAsync(
            new CreateLaunchTemplateVersionRequest
            {
                LaunchTemplateName = Template,
                SourceVersion = "1",
                LaunchTemplateData = new RequestLaunchTemplateData { InstanceType = type },
            },
            Context
        );
        return $"{made.LaunchTemplateVersion!.VersionNumber}";
    }

    public async Task<AutoScalingGroup?> FindGroupAsync() =>
        (
            await Api.DescribeAutoScalingGroupsAsync(
                new AutoScalingGroupNamesType { AutoScalingGroupNames = [Web] },
                Context
            )
        ).AutoScalingGroups!.SingleOrDefault();

    public async Task<AutoScalingGroup> GroupAsync() => (await FindGroupAsync()).ShouldNotBeNull();

    public async Task<IReadOnlyList<Instance>> InstancesAsync() => (await GroupAsync()).Instances!;

    public async Task<Instance> InstanceAsync(string id) =>
        (await InstancesAsync()).Single(instance => instance.InstanceId == id);

    /// <summary>The instances of EC2 that are not terminated, whoever has launched them.</summary>
    public async Task<IReadOnlyList<Contracts.Ec2.Instance>> RunningAsync()
    {
        var found = await Ec2.DescribeInstancesAsync(
            new DescribeInstancesRequest
            {
                Filters = [new Contracts.Ec2.Filter { Name = "instance-state-name", Values = ["pending", "running"] }],
            },
            Context
        );
        return [.. found.Reservations!.SelectMany(reservation => reservation.Instances!)];
    }

    public Task TerminateInEc2Async(string id) =>
        Ec2.TerminateInstancesAsync(new TerminateInstancesRequest { InstanceIds = [id] }, Context);

    public async Task<IReadOnlyList<Activity>> ActivitiesAsync() =>
        (
            await Api.DescribeScalingActivitiesAsync(
                new DescribeScalingActivitiesType { AutoScalingGroupName = Web, IncludeDeletedGroups = true },
                Context
            )
        ).Activities!;

    /// <summary>Time passes, and what is to be done by then is done.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        Time.Advance(time);
        await Scheduler.RunAsync();
    }

    /// <summary>Some seconds pass, one after another: enough for whatever needs no more than that.</summary>
    public async Task SettleAsync(int seconds = 30)
    {
        await Scheduler.RunAsync();
        for (var i = 0; i < seconds; i++)
            await PassAsync(TimeSpan.FromSeconds(1));
    }

    /// <summary>An alarm asks a policy to scale.</summary>
    public Task SpeakAsync(string action, double? value, double? threshold, string alarm = "mine") =>
        _actions
            .For(action)
            .ShouldNotBeNull()
            .RunAsync(
                action,
                new AlarmStateChange(AlarmArn(alarm), "OK", "ALARM", Time.GetUtcNow(), value, threshold),
                CancellationToken.None
            );

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
        return (error.Code, error.Message);
    }

    public async ValueTask DisposeAsync() => await CloseAsync();

    private async Task OpenAsync()
    {
        Module[] modules =
        [
            new ApiModule<IElbV2Api>("Elastic Load Balancing", Balancers),
            new ApiModule<ICloudWatchApi>("Amazon CloudWatch", CloudWatch),
            new ApiModule<IIamApi>("IAM", Iam),
            new ApiModule<ISnsApi>("Amazon SNS", Topics),
            new ComputeModule(new InstanceNetworkOptions { Mode = InstanceNetworkMode.Loopback }),
            new AutoScalingModule(),
        ];
        Store = await Store.OpenAsync(_journal, ModuleRunner.TablesOf(modules));
        var host = new ModuleHost
        {
            Store = Store,
            Time = Time,
            Random = _random,
        };
        host.Share<IInstanceNetwork>(new StandInNetwork());
        host.Share<IInstanceHost>(Host);
        _modules = await ModuleRunner.OpenAsync(modules, host);
        _actions = AlarmActions.Of(host);
        Api = _modules.Neighbour<IAutoScalingApi>(CallPrincipal.Caller);
        Ec2 = _modules.Neighbour<IEc2Api>(CallPrincipal.Caller);
        OwnEc2 = _modules.Neighbour<IEc2Api>(CallPrincipal.Service(ServiceIdentity.Principal));
        Scheduler = new StepScheduler(Time);
        await _modules.StartAsync(Scheduler);
    }

    private async Task CloseAsync()
    {
        await _modules.DisposeAsync();
        await Store.DisposeAsync();
    }
}
