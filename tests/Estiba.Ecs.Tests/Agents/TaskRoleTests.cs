using System.Text.Json;
using Estiba.Contracts;
using Estiba.Contracts.Acs;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Agents;
using Estiba.Ecs.Tasks;

namespace Estiba.Ecs.Tests.Agents;

/// <summary>How tasks come by the credentials of their roles, in virtual time.</summary>
public sealed class TaskRoleTests : IAsyncDisposable
{
    private const string Role = "arn:aws:iam::123456789012:role/app";
    private const string ExecutionRole = "arn:aws:iam::123456789012:role/execution";
    private const string Refused =
        "ECS was unable to assume the role 'arn:aws:iam::123456789012:role/app' that was provided for this task. "
        + "Please verify that the role being passed has the proper trust "
        + "relationship and permissions and that your IAM user has permissions to pass this role.";

    private static readonly EcsOptions Options = new() { AgentEndpoint = new Uri("http://127.0.0.1:4566") };
    private static readonly TimeSpan HalfAnHour = TimeSpan.FromMinutes(30);

    private readonly EcsIds _ids = new(new Random(1));
    private readonly AgentSessions _sessions = new();
    private EcsWorld _world = null!;
    private string _instance = "";

    public async ValueTask DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task A_payload_carries_the_credentials_of_both_roles()
    {
        await StartAsync();
        await RegisterAsync(Role, ExecutionRole);
        var arn = await RunAsync();
        var (_, link) = await ConnectAsync();

        var task = link.Last<PayloadMessage>().Tasks!.Single();

        var (record, asked) = (Record(arn), _world.Sts.Asked[^2]);
        task.RoleCredentials.ShouldBe(
            new IAMRoleCredentials
            {
                CredentialsId = record.RoleCredentialsId,
                RoleArn = Role,
                AccessKeyId = "ASIA3",
                SecretAccessKey = "secret-3",
                SessionToken = "token-3",
                Expiration = "2026-01-01T01:00:00Z",
            }
        );
        (task.ExecutionRoleCredentials!.RoleArn, task.ExecutionRoleCredentials.CredentialsId).ShouldBe(
            (ExecutionRole, record.ExecutionRoleCredentialsId)
        );
        (asked.Request.RoleArn, asked.Request.RoleSessionName).ShouldBe((Role, record.Id));
        (asked.Context.Service, asked.Context.SourceArn, asked.Context.AccountId).ShouldBe(
            ("ecs-tasks.amazonaws.com", arn, "123456789012")
        );
    }

    [Fact]
    public async Task The_store_knows_ids_alone()
    {
        await StartAsync();
        await RegisterAsync(Role, ExecutionRole);
        var arn = await RunAsync();
        await ConnectAsync();

        var kept = JsonSerializer.Serialize(Record(arn), EcsJson.Default.TaskRecord);

        kept.ShouldContain(Record(arn).RoleCredentialsId!);
        kept.ShouldNotContain("secret-");
        kept.ShouldNotContain("token-");
        kept.ShouldNotContain("ASIA");
        Record(arn).RoleCredentialsId!.Length.ShouldBe(32);
        Record(arn).RoleCredentialsId.ShouldNotBe(Record(arn).ExecutionRoleCredentialsId);
    }

    [Fact]
    public async Task An_override_names_another_role_by_its_short_name()
    {
        await StartAsync();
        await RegisterAsync(Role);
        _world.Sts.Roles.Add("arn:aws:iam::123456789012:role/team/other");
        await _world.Api.RunTaskAsync(
            new RunTaskRequest
            {
                TaskDefinition = "web",
                Overrides = new TaskOverride { TaskRoleArn = "team/other" },
            },
            _world.Caller
        );
        var (_, link) = await ConnectAsync();

        link.Last<PayloadMessage>()
            .Tasks!.Single()
            .RoleCredentials!.RoleArn.ShouldBe("arn:aws:iam::123456789012:role/team/other");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_caller_hears_at_once_that_a_role_cannot_be_assumed(bool byInstance)
    {
        await StartAsync();
        await RegisterAsync(Role);
        _world.Sts.Roles.Clear();

        Func<Task> start = byInstance
            ? () =>
                _world.Api.StartTaskAsync(
                    new StartTaskRequest { TaskDefinition = "web", ContainerInstances = [_instance] },
                    _world.Caller
                )
            : () => _world.Api.RunTaskAsync(new RunTaskRequest { TaskDefinition = "web" }, _world.Caller);

        var refusal = await Should.ThrowAsync<AwsException>(start);
        (refusal.Code, refusal.Message).ShouldBe(("ClientException", Refused));
        (await _world.TasksAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_task_whose_role_cannot_be_assumed_any_more_stops_before_an_agent_hears_of_it()
    {
        await StartAsync();
        await RegisterAsync(Role);
        var arn = await RunAsync();
        _world.Sts.Roles.Clear();

        var (_, link) = await ConnectAsync();

        link.Types.ShouldNotContain(nameof(PayloadMessage));
        (Record(arn).LastStatus, Record(arn).StopCode, Record(arn).StoppedReason).ShouldBe(
            ("STOPPED", "TaskFailedToStart", Refused)
        );
    }

    [Fact]
    public async Task A_service_tells_why_its_tasks_are_not_launched()
    {
        await StartAsync();
        await RegisterAsync(Role);
        _world.Sts.Roles.Clear();
        await _world.CreateServiceAsync(desired: 1);

        await ConnectAsync();

        (await _world.ServiceAsync())
            .Events![0]
            .Message.ShouldBe($"(service s) failed to launch a task with (error {Refused}).");
    }

    [Fact]
    public async Task Credentials_are_renewed_after_half_of_their_life()
    {
        await StartAsync();
        await RegisterAsync(Role);
        var arn = await RunAsync();
        var (session, link) = await ConnectAsync();
        await AcknowledgeAsync(session, link);

        (await AdvanceAsync(HalfAnHour - TimeSpan.FromSeconds(1))).ShouldBe(TimeSpan.FromSeconds(1));
        link.Types.ShouldNotContain(nameof(IAMRoleCredentialsMessage));
        await AdvanceAsync(TimeSpan.FromSeconds(1));

        var renewal = link.Last<IAMRoleCredentialsMessage>();
        (renewal.TaskArn, renewal.RoleType).ShouldBe((arn, "TaskApplication"));
        (renewal.RoleCredentials!.CredentialsId, renewal.RoleCredentials.Expiration).ShouldBe(
            (Record(arn).RoleCredentialsId, "2026-01-01T01:30:00Z")
        );
        link.Types.Count(type => type == nameof(PayloadMessage)).ShouldBe(1);

        await session.ReceiveAsync(
            AgentFrame.Encode(
                new IAMRoleCredentialsAckRequest
                {
                    MessageId = renewal.MessageId,
                    CredentialsId = renewal.RoleCredentials.CredentialsId,
                    Expiration = renewal.RoleCredentials.Expiration,
                }
            ),
            default
        );
        (await AdvanceAsync(TimeSpan.FromMinutes(10))).ShouldBe(TimeSpan.FromMinutes(20));
        link.Types.Count(type => type == nameof(IAMRoleCredentialsMessage)).ShouldBe(1);
    }

    [Fact]
    public async Task Credentials_that_the_agent_does_not_acknowledge_are_soon_renewed()
    {
        await StartAsync();
        await RegisterAsync(Role, ExecutionRole);
        await RunAsync();
        var (_, link) = await ConnectAsync();

        await AdvanceAsync(IssuedCredentials.Retry);

        link.Types.Count(type => type == nameof(IAMRoleCredentialsMessage)).ShouldBe(2);
    }

    [Fact]
    public async Task An_agent_that_comes_back_gets_new_credentials_under_the_same_id()
    {
        await StartAsync();
        await RegisterAsync(Role);
        var arn = await RunAsync();
        var (_, before) = await ConnectAsync();
        await _world.ReportAsync(arn, "RUNNING");

        var (_, after) = await ConnectAsync();

        var (old, renewed) = (
            before.Last<PayloadMessage>().Tasks!.Single().RoleCredentials!,
            after.Last<PayloadMessage>().Tasks!.Single().RoleCredentials!
        );
        renewed.CredentialsId.ShouldBe(old.CredentialsId);
        renewed.SessionToken.ShouldNotBe(old.SessionToken);
    }

    [Fact]
    public async Task A_task_that_runs_goes_on_when_its_role_is_gone_and_gets_credentials_when_it_is_back()
    {
        await StartAsync();
        await RegisterAsync(Role);
        var arn = await RunAsync();
        await ConnectAsync();
        await _world.ReportAsync(arn, "RUNNING");
        _world.Sts.Roles.Clear();

        var (_, link) = await ConnectAsync();
        link.Last<PayloadMessage>().Tasks!.Single().RoleCredentials.ShouldBeNull();
        await AdvanceAsync(IssuedCredentials.Retry);
        link.Types.ShouldNotContain(nameof(IAMRoleCredentialsMessage));
        Record(arn).LastStatus.ShouldBe("RUNNING");

        _world.Sts.Roles.Add(Role);
        await AdvanceAsync(IssuedCredentials.Retry);
        link.Last<IAMRoleCredentialsMessage>().TaskArn.ShouldBe(arn);
    }

    [Fact]
    public async Task A_task_that_has_not_begun_and_is_to_stop_gets_no_credentials()
    {
        await StartAsync();
        await RegisterAsync(Role);
        var arn = await RunAsync();
        await _world.Api.StopTaskAsync(new StopTaskRequest { Task = arn }, _world.Caller);
        var (_, link) = await ConnectAsync();

        link.Last<PayloadMessage>()
            .Tasks!.Single()
            .ShouldSatisfyAllConditions(
                task => task.DesiredStatus.ShouldBe("STOPPED"),
                task => task.RoleCredentials.ShouldBeNull()
            );
        (await AdvanceAsync(TimeSpan.FromHours(1))).ShouldBeNull();
    }

    [Theory]
    [InlineData("DEACTIVATING", "RUNNING")]
    [InlineData("STOPPING", "STOPPED")]
    public async Task A_task_that_drains_or_stops_gets_new_credentials_until_it_has_stopped(string at, string told)
    {
        await StartAsync();
        await RegisterAsync(Role);
        var arn = await RunAsync();
        await ConnectAsync();
        await _world.ReportAsync(arn, "RUNNING");
        await _world.Store.CommitAsync(transaction =>
            transaction.Put(EcsTables.Tasks, Record(arn) with { DesiredStatus = "STOPPED", LastStatus = at })
        );

        var (session, link) = await ConnectAsync();

        var sent = link.Last<PayloadMessage>().Tasks!.Single();
        (sent.DesiredStatus, sent.RoleCredentials?.CredentialsId).ShouldBe((told, Record(arn).RoleCredentialsId));

        await AcknowledgeAsync(session, link);
        await AdvanceAsync(HalfAnHour);
        link.Last<IAMRoleCredentialsMessage>().TaskArn.ShouldBe(arn);

        await _world.ReportAsync(arn, "STOPPED");
        (await AdvanceAsync(TimeSpan.FromHours(1))).ShouldBeNull();
    }

    [Fact]
    public async Task While_STS_is_in_trouble_a_task_waits()
    {
        await StartAsync();
        await RegisterAsync(Role);
        var arn = await RunAsync();
        _world.Sts.Fault = new AwsException("InternalFailure", "trouble", 500);

        await Should.ThrowAsync<AwsException>(ConnectAsync());
        Record(arn).LastStatus.ShouldBe("PENDING");

        _world.Sts.Fault = null;
        await WorkAsync();
        _sessions.Find(_instance).ShouldNotBeNull().Credentials.UntilDue().ShouldBe(IssuedCredentials.Retry);
    }

    private async Task StartAsync()
    {
        _world = await EcsWorld.CreateAsync();
        _world.Sts.Roles.UnionWith([Role, ExecutionRole]);
        var arn = await _world.AddInstanceAsync(attributes: ["com.amazonaws.ecs.capability.task-iam-role"]);
        _instance = _world.View.Range(EcsTables.ContainerInstances).Single(instance => instance.Arn == arn).Key;
    }

    private async Task RegisterAsync(string role, string? executionRole = null) =>
        await _world.Api.RegisterTaskDefinitionAsync(
            new RegisterTaskDefinitionRequest
            {
                Family = "web",
                TaskRoleArn = role,
                ExecutionRoleArn = executionRole,
                ContainerDefinitions =
                [
                    new ContainerDefinition
                    {
                        Name = "nginx",
                        Image = "nginx",
                        Memory = 64,
                    },
                ],
            },
            _world.Caller
        );

    private async Task<string> RunAsync() =>
        (await _world.Api.RunTaskAsync(new RunTaskRequest { TaskDefinition = "web" }, _world.Caller))
            .Tasks!.Single()
            .TaskArn!;

    /// <summary>The instance's agent opens its socket (again), and is told what there is to tell.</summary>
    private async Task<(AgentSession Session, RecordingLink Link)> ConnectAsync()
    {
        var link = new RecordingLink();
        var session = new AgentSession(_instance, link, _sessions, _ => { }, _world.Store, _ids, Options, _world.Clock);
        await session.BeginAsync(default);
        await WorkAsync();
        return (session, link);
    }

    /// <summary>The agent acknowledges the credentials of the last payload.</summary>
    private static async Task AcknowledgeAsync(AgentSession session, RecordingLink link)
    {
        var payload = link.Last<PayloadMessage>();
        foreach (
            var credentials in payload
                .Tasks!.SelectMany(task => new[] { task.RoleCredentials, task.ExecutionRoleCredentials })
                .OfType<IAMRoleCredentials>()
        )
            await session.ReceiveAsync(
                AgentFrame.Encode(
                    new IAMRoleCredentialsAckRequest
                    {
                        MessageId = payload.MessageId,
                        CredentialsId = credentials.CredentialsId,
                        Expiration = credentials.Expiration,
                    }
                ),
                default
            );
    }

    private Task<TimeSpan?> AdvanceAsync(TimeSpan by)
    {
        _world.Clock.Advance(by);
        return WorkAsync();
    }

    private Task<TimeSpan?> WorkAsync()
    {
        var payloads = new PayloadReconciler(
            _world.Store,
            _sessions,
            new RoleSessions(_world.Sts, _ids),
            _ids,
            Options,
            _world.Clock
        );
        return payloads.ReconcileAsync(_instance, default);
    }

    private TaskRecord Record(string arn) => _world.View.Range(EcsTables.Tasks).Single(task => task.Arn == arn);
}
