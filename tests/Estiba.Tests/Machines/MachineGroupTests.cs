using System.Text.Json;
using Estiba.Clients;
using Estiba.Contracts;
using Estiba.Contracts.AutoScaling;
using Estiba.Contracts.Ec2;
using Estiba.Contracts.Ecs;
using Estiba.Joining;
using Estiba.Listeners.Tests;
using Estiba.Machines;
using Estiba.Platforms;
using Estiba.Tests.Platforms;
using Activity = Estiba.Contracts.AutoScaling.Activity;
using LaunchTemplateSpecification = Estiba.Contracts.AutoScaling.LaunchTemplateSpecification;
using Resource = Estiba.Contracts.Ecs.Resource;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Tests.Machines;

/// <summary>A server whose instances are machines of a hook, with a group of them: everything over HTTP.</summary>
public sealed class MachineGroupTests : IAsyncLifetime
{
    private const string Region = "eu-west-1";
    private const string Group = "hosts";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly string _root = Directory.CreateTempSubdirectory("estiba-machines-").FullName;
    private readonly PlatformLog _log = new();
    private PlatformConfiguration _configuration = null!;
    private Platform _platform = null!;
    private RunningPlatform _running = null!;
    private readonly HttpClient _http = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var hook = Path.Combine(_root, "hook");
        await File.WriteAllTextAsync(
            hook,
            """
            #!/bin/sh
            if [ -e refuse ]; then echo "no rack is free" >&2; exit 1; fi
            cat > call.tmp && mv call.tmp "call.$(date +%s%N)"
            """,
            Cancellation
        );
        File.SetUnixFileMode(hook, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _configuration = new PlatformConfiguration
        {
            Data = DataLayout.At(Path.Combine(_root, "data")),
            Engine = EngineKind.None,
            Port = FreePort.Take(),
            InstanceHook = InstanceHookOptions.Of(hook, bearerToken: null, joinWithinSeconds: null),
        };
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _platform.DisposeAsync();
        _http.Dispose();
        _log.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task A_group_has_a_machine_made_takes_it_in_when_it_joins_and_has_it_taken_away()
    {
        await CreateGroupAsync();
        var launch = await CallAsync("launch");
        launch.AutoScalingGroup.ShouldBe(Group);

        await _platform.DisposeAsync();
        await StartAsync();
        (await GroupAsync()).Instances!.Single().LifecycleState.ShouldBe("Pending");
        var membership = await JoinAsync(launch);
        await RegisterAsync(membership);

        await UntilAsync(async () => (await GroupAsync()).Instances![0].LifecycleState == "InService");
        var instance = (await InstancesAsync()).Single();
        (instance.InstanceId, instance.State!.Name, instance.PrivateIpAddress).ShouldBe(
            (launch.InstanceId, "running", "127.0.0.1")
        );
        (await HostsAsync()).ShouldBe([launch.InstanceId]);
        (
            await Should.ThrowAsync<AwsException>(() =>
                Ec2.StopInstancesAsync(new StopInstancesRequest { InstanceIds = [launch.InstanceId] }, Context)
            )
        ).Code.ShouldBe("UnsupportedOperation");

        await WantAsync(0);
        (await CallAsync("terminate")).InstanceId.ShouldBe(launch.InstanceId);
        await UntilAsync(async () => (await GroupAsync()).Instances!.Count == 0);
        (await HostsAsync()).ShouldBeEmpty();
        (await Should.ThrowAsync<AwsException>(() => RegisterAsync(membership))).Code.ShouldBe(
            "UnrecognizedClientException"
        );
        _log.ToString().ShouldNotContain(launch.Join!.Token);
    }

    [Fact]
    public async Task What_a_hook_says_that_makes_no_machine_is_in_the_groups_activity()
    {
        await File.WriteAllTextAsync(Path.Combine(_root, "refuse"), "", Cancellation);

        await CreateGroupAsync();

        await UntilAsync(async () => (await ActivitiesAsync()).Any(activity => activity.StatusCode == "Failed"));
        var failed = (await ActivitiesAsync()).First(activity => activity.StatusCode == "Failed");
        failed.StatusMessage.ShouldNotBeNull().ShouldContain("The instance hook exited with 1: no rack is free");
    }

    private IAutoScalingApi Groups => new AutoScalingClient(Client());

    private IEc2Api Ec2 => new Ec2Client(Client());

    private IEcsApi Ecs => new EcsClient(Client());

    private CallContext Context => _running.CallContext(Region);

    private AwsClientOptions Client() => _running.ClientOptions(Region, _http);

    private async Task StartAsync()
    {
        _platform = await Platform.StartAsync(_configuration, _log, TimeProvider.System, Cancellation);
        _running = await RunningPlatform.FindAsync(_configuration.Data, Cancellation);
    }

    private async Task CreateGroupAsync()
    {
        await Ecs.CreateClusterAsync(new CreateClusterRequest(), Context, Cancellation);
        await Ec2.CreateLaunchTemplateAsync(
            new CreateLaunchTemplateRequest
            {
                LaunchTemplateName = "machine",
                LaunchTemplateData = new RequestLaunchTemplateData
                {
                    ImageId = "resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id",
                    InstanceType = "t3.micro",
                },
            },
            Context,
            Cancellation
        );
        await Groups.CreateAutoScalingGroupAsync(
            new CreateAutoScalingGroupType
            {
                AutoScalingGroupName = Group,
                MinSize = 0,
                MaxSize = 3,
                DesiredCapacity = 1,
                AvailabilityZones = ["eu-west-1a"],
                LaunchTemplate = new LaunchTemplateSpecification { LaunchTemplateName = "machine" },
            },
            Context,
            Cancellation
        );
    }

    private Task WantAsync(int desired) =>
        Groups.SetDesiredCapacityAsync(
            new SetDesiredCapacityType { AutoScalingGroupName = Group, DesiredCapacity = desired },
            Context,
            Cancellation
        );

    private async Task<AutoScalingGroup> GroupAsync() =>
        (
            await Groups.DescribeAutoScalingGroupsAsync(new AutoScalingGroupNamesType(), Context, Cancellation)
        ).AutoScalingGroups!.Single();

    private async Task<IReadOnlyList<Activity>> ActivitiesAsync() =>
        (
            await Groups.DescribeScalingActivitiesAsync(new DescribeScalingActivitiesType(), Context, Cancellation)
        ).Activities!;

    private async Task<IReadOnlyList<Contracts.Ec2.Instance>> InstancesAsync() =>
        [
            .. (
                await Ec2.DescribeInstancesAsync(new DescribeInstancesRequest(), Context, Cancellation)
            ).Reservations!.SelectMany(reservation => reservation.Instances!),
        ];

    private async Task<IReadOnlyList<string?>> HostsAsync()
    {
        var arns = (
            await Ecs.ListContainerInstancesAsync(new ListContainerInstancesRequest(), Context, Cancellation)
        ).ContainerInstanceArns!;
        if (arns.Count == 0)
            return [];
        var found = await Ecs.DescribeContainerInstancesAsync(
            new DescribeContainerInstancesRequest { ContainerInstances = arns },
            Context,
            Cancellation
        );
        return [.. found.ContainerInstances!.Select(host => host.Ec2InstanceId)];
    }

    private async Task<Membership> JoinAsync(InstanceHookCall launch)
    {
        var (membership, _) = await new JoinClient(_http).JoinAsync(
            launch.Join!.Server,
            launch.Join.Token,
            "mi-0123456789abcdef0",
            Cancellation
        );
        membership.Identity!.Name.ShouldBe(launch.InstanceId);
        return membership;
    }

    private Task RegisterAsync(Membership membership) =>
        new EcsClient(
            new AwsClientOptions
            {
                Endpoint = membership.Server,
                Region = membership.Region,
                Credentials = () => membership.Credentials,
                Http = _http,
            }
        ).RegisterContainerInstanceAsync(
            new RegisterContainerInstanceRequest
            {
                InstanceIdentityDocument = $$"""
                {"instanceId":"{{membership.Identity!.Name}}","region":"eu-west-1","privateIp":"127.0.0.1"}
                """,
                TotalResources =
                [
                    new Resource
                    {
                        Name = "CPU",
                        Type = "INTEGER",
                        IntegerValue = 1024,
                    },
                    new Resource
                    {
                        Name = "MEMORY",
                        Type = "INTEGER",
                        IntegerValue = 1024,
                    },
                ],
            },
            Context,
            Cancellation
        );

    /// <summary>The first call of the hook with an action, when there is one.</summary>
    private async Task<InstanceHookCall> CallAsync(string action)
    {
        InstanceHookCall? found = null;
        await UntilAsync(() =>
        {
            found = Directory
                .GetFiles(_root, "call.1*")
                .Order(StringComparer.Ordinal)
                .Select(file =>
                    JsonSerializer.Deserialize(File.ReadAllBytes(file), MachinesJson.Default.InstanceHookCall)!
                )
                .FirstOrDefault(call => call.Action == action);
            return Task.FromResult(found is not null);
        });
        return found!;
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(Patience);
        while (!await isSo())
            await Task.Delay(TimeSpan.FromMilliseconds(200), patience.Token);
    }
}
