using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Ecs.Tests.ContainerInstances;

/// <summary>Agents that register for the first time, again, and as if for the first time.</summary>
public sealed class RegistrationTests : IAsyncLifetime
{
    private const string Ec2 = "i-0123456789abcdef0";
    private EcsWorld _world = null!;

    public async ValueTask InitializeAsync()
    {
        _world = await EcsWorld.CreateAsync();
        await _world.Api.CreateClusterAsync(new CreateClusterRequest(), _world.Caller);
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task An_agent_that_knows_its_instance_stays_it_and_keeps_its_tasks()
    {
        var arn = await _world.AddInstanceAsync(ec2: Ec2);
        await RunOneAsync();

        (await RegisterAsync(arn: arn, ec2: Ec2)).ShouldBe(arn);

        (await _world.TasksAsync()).Single().LastStatus.ShouldBe("RUNNING");
    }

    [Fact]
    public async Task A_host_that_was_installed_anew_is_the_same_instance_and_tasks_that_it_does_not_know_have_stopped()
    {
        var arn = await _world.AddInstanceAsync(ec2: Ec2);
        await RunOneAsync();
        var running = (await _world.TasksAsync()).Single().TaskArn;

        (await RegisterAsync(ec2: Ec2)).ShouldBe(arn);

        var stopped = (
            await _world.Api.DescribeTasksAsync(new DescribeTasksRequest { Tasks = [running!] }, _world.Caller)
        ).Tasks!.Single();
        (stopped.LastStatus, stopped.StopCode, stopped.StoppedReason).ShouldBe(
            ("STOPPED", "TerminationNotice", "The container agent registered without knowing of the task.")
        );
        await _world.SettleAsync();
        (await _world.ServiceAsync()).PendingCount.ShouldBe(1);
    }

    [Fact]
    public async Task What_such_a_host_had_not_begun_is_sent_to_it_again()
    {
        await _world.AddInstanceAsync(ec2: Ec2);
        await _world.RegisterAsync();
        await _world.CreateServiceAsync(desired: 1);

        await RegisterAsync(ec2: Ec2);

        var task = (await _world.TasksAsync()).Single();
        (task.LastStatus, task.DesiredStatus).ShouldBe(("PENDING", "RUNNING"));
    }

    [Fact]
    public async Task A_registration_that_is_repeated_makes_no_second_instance()
    {
        var first = await RegisterAsync(token: "6f1a");

        (await RegisterAsync(token: "6f1a")).ShouldBe(first);
        (await RegisterAsync(token: "77b2")).ShouldNotBe(first);
    }

    [Fact]
    public async Task An_agent_without_a_token_and_without_an_ec2_instance_is_always_a_new_instance()
    {
        (await RegisterAsync()).ShouldNotBe(await RegisterAsync());
    }

    [Fact]
    public async Task An_instance_that_was_deregistered_cannot_be_registered_again_under_its_arn()
    {
        var arn = await _world.AddInstanceAsync(ec2: Ec2);
        await _world.Api.DeregisterContainerInstanceAsync(
            new DeregisterContainerInstanceRequest { ContainerInstance = arn },
            _world.Caller
        );

        (await Should.ThrowAsync<AwsException>(() => RegisterAsync(arn: arn, ec2: Ec2))).Code.ShouldBe(
            "ClientException"
        );
        (await RegisterAsync(ec2: Ec2)).ShouldNotBe(arn);
    }

    [Fact]
    public async Task Of_what_an_identity_document_says_twice_the_last_counts()
    {
        var answer = await _world.Api.RegisterContainerInstanceAsync(
            Request() with
            {
                InstanceIdentityDocument = """{"instanceId":"i-1","instanceId":"i-2"}""",
            },
            _world.Caller
        );

        answer.ContainerInstance!.Ec2InstanceId.ShouldBe("i-2");
    }

    [Theory]
    [InlineData(4_294_967_296 + 1024, null)]
    [InlineData(null, 1e12)]
    public async Task Memory_beyond_what_can_be_counted_is_refused(long? whole, double? real)
    {
        var request = Request() with
        {
            TotalResources =
            [
                new Resource
                {
                    Name = "CPU",
                    Type = "INTEGER",
                    IntegerValue = 2048,
                },
                new Resource
                {
                    Name = "MEMORY",
                    Type = "LONG",
                    LongValue = whole,
                    DoubleValue = real,
                },
            ],
        };

        await RefusedAsync(request, "The value of MEMORY in totalResources can be at most 2147483647.");
    }

    [Fact]
    public Task Tags_that_cannot_be_are_refused() =>
        RefusedAsync(
            Request() with
            {
                Tags = [new Tag { Key = "a" }, new Tag { Key = "a" }],
            },
            "Duplicate tag keys found. Each tag key must be unique. Tag key: a"
        );

    [Theory]
    [InlineData("1.105.1", "NoUpdateAvailableException")]
    [InlineData(null, "MissingVersionException")]
    public async Task There_is_never_an_update_for_an_agent(string? version, string code)
    {
        var arn = await RegisterAsync(version: version);

        (
            await Should.ThrowAsync<AwsException>(() =>
                _world.Api.UpdateContainerAgentAsync(
                    new UpdateContainerAgentRequest { ContainerInstance = arn },
                    _world.Caller
                )
            )
        ).Code.ShouldBe(code);
    }

    private async Task RefusedAsync(RegisterContainerInstanceRequest request, string message)
    {
        var refused = await Should.ThrowAsync<AwsException>(() =>
            _world.Api.RegisterContainerInstanceAsync(request, _world.Caller)
        );

        (refused.Code, refused.Message).ShouldBe(("InvalidParameterException", message));
    }

    private async Task RunOneAsync()
    {
        await _world.RegisterAsync();
        await _world.CreateServiceAsync(desired: 1);
        await _world.ObeyAsync();
    }

    private async Task<string> RegisterAsync(
        string? arn = null,
        string? ec2 = null,
        string? token = null,
        string? version = null
    ) =>
        (await _world.Api.RegisterContainerInstanceAsync(Request(arn, ec2, token, version), _world.Caller))
            .ContainerInstance!
            .ContainerInstanceArn!;

    private static RegisterContainerInstanceRequest Request(
        string? arn = null,
        string? ec2 = null,
        string? token = null,
        string? version = null
    ) =>
        new()
        {
            ContainerInstanceArn = arn,
            ClientToken = token,
            InstanceIdentityDocument = ec2 is null ? null : $$"""{"instanceId":"{{ec2}}"}""",
            TotalResources =
            [
                new Resource
                {
                    Name = "CPU",
                    Type = "INTEGER",
                    IntegerValue = 2048,
                },
                new Resource
                {
                    Name = "MEMORY",
                    Type = "INTEGER",
                    IntegerValue = 3900,
                },
            ],
            VersionInfo = version is null ? null : new VersionInfo { AgentVersion = version },
        };
}
