using System.Text.Json.Nodes;
using Estiba.Agent.Metadata;
using Estiba.Agent.Tests.StandIns;
using Estiba.Contracts.Acs;
using Estiba.Engines.Simulated;

namespace Estiba.Agent.Tests.Credentials;

/// <summary>The credentials of a task's roles, from the server's message to the container's question.</summary>
public sealed class TaskCredentialsTests
{
    private const string Id = "5b8a3c1e";

    [Fact]
    public async Task A_container_gets_the_credentials_of_its_tasks_role()
    {
        await using var test = await StartAsync();
        await test.RunAsync(WithRole());

        var answer = await AskAsync(test);

        answer.Status.ShouldBe(200);
        JsonNode
            .DeepEquals(
                JsonNode.Parse(answer.Text),
                JsonNode.Parse(
                    """
                    {"RoleArn":"arn:aws:iam::123456789012:role/app","AccessKeyId":"ASIAONE","SecretAccessKey":"sec+ret/1","Token":"token-1","Expiration":"2026-03-01T13:00:00Z"}
                    """
                )
            )
            .ShouldBeTrue(answer.Text);
        answer.Text.ShouldContain("sec+ret/1"); // as a script would look for it
    }

    [Fact]
    public async Task Each_of_a_payloads_credentials_is_acknowledged()
    {
        await using var test = await StartAsync();
        var message = await test.Server.SendTasksAsync(
            WithRole() with
            {
                ExecutionRoleCredentials = Issued(1) with { CredentialsId = "execution" },
            }
        );

        var acknowledged = new[]
        {
            await test.Server.ReceiveAsync<IAMRoleCredentialsAckRequest>(),
            await test.Server.ReceiveAsync<IAMRoleCredentialsAckRequest>(),
        };

        acknowledged.ShouldAllBe(each => each.MessageId == message && each.Expiration == "2026-03-01T13:00:00Z");
        acknowledged.Select(each => each.CredentialsId).ShouldBe([Id, "execution"]);
    }

    [Fact]
    public async Task New_credentials_take_the_place_of_old_ones_and_are_acknowledged()
    {
        await using var test = await StartAsync();
        var task = WithRole();
        await test.RunAsync(task);
        await test.Server.ReceiveAsync<IAMRoleCredentialsAckRequest>();

        await test.Server.SendAsync(
            new IAMRoleCredentialsMessage
            {
                MessageId = "renewal",
                TaskArn = task.Arn,
                RoleType = "TaskApplication",
                RoleCredentials = Issued(2),
            }
        );

        var acknowledged = await test.Server.ReceiveAsync<IAMRoleCredentialsAckRequest>();
        (acknowledged.MessageId, acknowledged.CredentialsId, acknowledged.Expiration).ShouldBe(
            ("renewal", Id, "2026-03-01T14:00:00Z")
        );
        (await AskAsync(test)).Text.ShouldContain("token-2");
    }

    [Fact]
    public async Task Credentials_of_a_task_that_is_not_here_are_not_acknowledged()
    {
        await using var test = await StartAsync();

        await test.Server.SendAsync(
            new IAMRoleCredentialsMessage
            {
                MessageId = "renewal",
                TaskArn = TestTasks.NewArn(),
                RoleType = "TaskApplication",
                RoleCredentials = Issued(2),
            }
        );
        await test.RunAsync(WithRole());

        (await test.Server.ReceiveAsync<IAMRoleCredentialsAckRequest>()).MessageId.ShouldNotBe("renewal");
        (await AskAsync(test)).Text.ShouldContain("token-1");
    }

    [Fact]
    public async Task A_restarted_agent_asks_for_patience_until_the_server_has_sent_them_again()
    {
        await using var test = await StartAsync();
        var task = WithRole();
        await test.RunAsync(task);
        await test.Server.ReceiveAsync<IAMRoleCredentialsAckRequest>();

        await test.StopAsync();
        test.StartAgain();
        await test.Server.ConnectedAsync();
        var waiting = await AskAsync(test);
        await test.Server.SendTasksAsync(task with { RoleCredentials = Issued(2) });
        await test.Server.ReceiveAsync<IAMRoleCredentialsAckRequest>();

        waiting.ShouldBe(
            new MetadataAnswer(
                503,
                """{"code":"CredentialsUninitialized","message":"CredentialsV2Request: Credentials uninitialized for ID","HTTPErrorCode":503}"""
            )
        );
        (await AskAsync(test)).Text.ShouldContain("token-2");
        (await test.ContainersAsync()).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Credentials_are_in_no_file()
    {
        await using var test = await StartAsync();
        await test.RunAsync(WithRole());
        await test.StopAsync(); // nobody writes any more: what is there stays

        var files = Directory
            .GetFiles(test.Options.DataDirectory!, "*", SearchOption.AllDirectories)
            .Select(File.ReadAllText)
            .ToList();

        // the task is there, with the id alone
        files.ShouldContain(text => text.Contains(Id, StringComparison.Ordinal));
        files.ShouldAllBe(text =>
            !text.Contains("ASIAONE", StringComparison.Ordinal)
            && !text.Contains("sec", StringComparison.Ordinal)
            && !text.Contains("token-1", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_stopped_task_has_no_credentials_any_more()
    {
        await using var test = await StartAsync();
        var task = WithRole();
        await test.RunAsync(task);

        await test.Server.SendTasksAsync(task with { DesiredStatus = "STOPPED", RoleCredentials = null });

        await Eventually.HoldsAsync(async () =>
            (await AskAsync(test)).Text.Contains("InvalidIdInRequest", StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData(
        "",
        """{"code":"NoIdInRequest","message":"CredentialsV2Request: No Credential ID in the request","HTTPErrorCode":400}"""
    )]
    [InlineData(
        "guessed",
        """{"code":"InvalidIdInRequest","message":"CredentialsV2Request: Credentials not found","HTTPErrorCode":400}"""
    )]
    public async Task Nobody_gets_credentials_without_their_id(string id, string expected)
    {
        await using var test = await StartAsync();
        await test.RunAsync(WithRole());

        (await test.Endpoint!.AnswerAsync("/v2/credentials/" + id, CancellationToken.None)).ShouldBe(
            new MetadataAnswer(400, expected)
        );
    }

    [Fact]
    public async Task An_agent_that_has_ended_answers_no_more()
    {
        await using var test = await StartAsync();
        await test.RunAsync(WithRole());

        await test.StopAsync();

        (await AskAsync(test)).Status.ShouldBe(400);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_instance_says_whether_its_tasks_may_have_roles(bool hasEndpoint)
    {
        await using var test = await StartAsync();
        await test.StopAsync();
        if (!hasEndpoint)
            test.Endpoint = null;
        test.StartAgain();
        await test.Server.ConnectedAsync();

        var names = test.Ecs.Registrations.Last().Attributes!.Select(attribute => attribute.Name).ToList();

        names.Contains("com.amazonaws.ecs.capability.task-iam-role").ShouldBe(hasEndpoint);
        names.Contains("com.amazonaws.ecs.capability.task-iam-role-network-host").ShouldBe(hasEndpoint);
    }

    private static AcsTask WithRole() =>
        TestTasks.Task(TestTasks.Shell("app", "true") with { Image = "nginx" }) with
        {
            RoleCredentials = Issued(1),
        };

    private static IAMRoleCredentials Issued(int number) =>
        new()
        {
            CredentialsId = Id,
            RoleArn = "arn:aws:iam::123456789012:role/app",
            AccessKeyId = number == 1 ? "ASIAONE" : "ASIATWO",
            SecretAccessKey = $"sec+ret/{number}",
            SessionToken = $"token-{number}",
            Expiration = $"2026-03-01T{12 + number}:00:00Z",
        };

    private static Task<MetadataAnswer> AskAsync(TestAgent test) =>
        test.Endpoint!.AnswerAsync("/v2/credentials/" + Id, CancellationToken.None);

    private static Task<TestAgent> StartAsync() =>
        TestAgent.StartAsync(engine: new SimulatedEngine(new SimulationOptions(), TimeProvider.System, seed: 1));
}
