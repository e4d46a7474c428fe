using System.Text.Json.Nodes;
using Estiba.EndToEnd.Tests.Platforms;

namespace Estiba.EndToEnd.Tests.Roles;

/// <summary>Programs in containers that are who their task's role says, with the stock SDKs and nothing else.</summary>
/// <remarks>
/// One process on a machine has the address at which containers ask, so no other platform may run beside these tests.
/// </remarks>
[Collection(nameof(MetadataAddressHolders))]
public sealed class TaskRoleTests(RoleWorld roles) : IClassFixture<RoleWorld>
{
    private const string WhoAmI =
        "aws --endpoint-url $AWS_ENDPOINT_URL sts get-caller-identity --query Arn --output text";

    private World World => roles.World;

    [Theory]
    [InlineData("bridge")]
    [InlineData("host")]
    public async Task A_program_in_a_container_calls_the_platform_as_its_tasks_role(string networkMode)
    {
        await roles.RegisterAsync("who-" + networkMode, WhoAmI, networkMode);

        var task = await roles.RunAsync("who-" + networkMode);

        (await roles.LinesAsync(task, 1))[0].ShouldBe($"arn:aws:sts::{World.Account}:assumed-role/app/{task}");
    }

    [Fact]
    public async Task A_container_learns_about_itself_and_its_task()
    {
        await roles.RegisterAsync(
            "curious",
            "for path in '' /task /stats; do curl -sS $ECS_CONTAINER_METADATA_URI_V4$path; echo; done"
        );

        var task = await roles.RunAsync("curious");

        var lines = (await roles.LinesAsync(task, 3)).Select(line => JsonNode.Parse(line)!).ToList();
        ((string?)lines[0]["Name"], (string?)lines[0]["Networks"]![0]!["NetworkMode"]).ShouldBe(("main", "bridge"));
        ((string?)lines[1]["TaskARN"], (string?)lines[1]["Family"], (string?)lines[1]["Cluster"]).ShouldBe(
            ($"arn:aws:ecs:eu-west-1:{World.Account}:task/roles/{task}", "curious", "roles")
        );
        ((long)lines[2]["memory_stats"]!["usage"]!).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Credentials_are_there_again_when_the_platform_was_killed()
    {
        await roles.RegisterAsync("lasting", "true");
        var task = await roles.RunAsync("lasting");
        var path = await roles.ReadVariableAsync(task, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
        var before = await CredentialsAsync(path);

        await World.Platform.KillAsync();
        await World.Platform.StartAsync();

        var after = await CredentialsAsync(path);
        ((string?)after["RoleArn"]).ShouldBe(roles.RoleArn("app"));
        ((string?)after["AccessKeyId"]).ShouldNotBe((string?)before["AccessKeyId"]);
        (
            await World.Commands.RunAsync(
                $"AWS_ACCESS_KEY_ID={after["AccessKeyId"]} AWS_SECRET_ACCESS_KEY='"
                    + $"{after["SecretAccessKey"]}' AWS_SESSION_TOKEN='{after["Token"]}' aws sts "
                    + "get-caller-identity --query Arn --output text"
            )
        ).Text.ShouldBe($"arn:aws:sts::{World.Account}:assumed-role/app/{task}");
    }

    [Fact]
    public async Task Credentials_are_neither_in_the_data_directory_of_the_agent_nor_in_the_log()
    {
        await roles.RegisterAsync("discreet", "true");
        var task = await roles.RunAsync("discreet");
        var credentials = await CredentialsAsync(
            await roles.ReadVariableAsync(task, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
        );

        foreach (var secret in new[] { "SecretAccessKey", "Token" })
        {
            World.Platform.Log.ShouldNotContain((string)credentials[secret]!);
            (
                await World.Commands.RunAsync(
                    $"! grep -rqF '{credentials[secret]}' {World.Platform.DataDirectory}/agents"
                )
            ).ExitCode.ShouldBe(0);
        }
    }

    [Fact]
    public async Task A_role_that_does_not_trust_tasks_is_refused_in_ECSs_words()
    {
        var words =
            $"ECS was unable to assume the role '{roles.RoleArn("strange")}' that was provided for "
            + "this task. Please verify that the role being passed has the proper trust "
            + "relationship and permissions and that your IAM user has permissions to pass this role.";
        (
            await World.AwsAsync(
                "iam create-role --role-name strange --assume-role-policy-document "
                    + """'{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'"""
            )
        ).Text.ShouldNotBeEmpty();
        await roles.RegisterAsync("strange", "true", role: "strange");

        (
            await World.AwsAsync($"ecs run-task --cluster {RoleWorld.Cluster} --task-definition strange")
        ).Refusal.ShouldContain($"(ClientException) when calling the RunTask operation: {words}");

        (
            await World.AwsAsync(
                $"ecs create-service --cluster {RoleWorld.Cluster} --service-name strange --task-definition "
                    + "strange --desired-count 1"
            )
        ).Text.ShouldNotBeEmpty();
        await Eventually.BeAsync(
            "the event",
            () =>
                World.AwsAsync(
                    $"ecs describe-services --cluster {RoleWorld.Cluster} --services strange --query "
                        + "'services[0].events[].message' --output text"
                ),
            answer =>
                answer.Text.Contains(
                    $"(service strange) failed to launch a task with (error {words}).",
                    StringComparison.Ordinal
                ),
            explain: answer => answer.Output
        );
        (
            await World.AwsAsync($"ecs delete-service --cluster {RoleWorld.Cluster} --service strange --force")
        ).Text.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_second_platform_on_the_machine_says_why_it_places_no_tasks_with_roles()
    {
        await using var second = await World.CreateAsync("--instances", "1");
        (
            await second.AwsAsync(
                "iam create-role --role-name app --assume-role-policy-document "
                    + """'{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}'"""
            )
        ).Text.ShouldNotBeEmpty();
        (
            await second.AwsAsync(
                $"ecs register-task-definition --family web --task-role-arn arn:aws:iam::{second.Account}:role/app "
                    + "--container-definitions 'name=main,image=nginx,memory=64'"
            )
        ).Text.ShouldNotBeEmpty();
        await Eventually.BeAsync(
            "an instance",
            () =>
                second.AwsAsync(
                    "ecs list-container-instances --filter agentConnected==true --query 'length(containerInstanceArns)'"
                ),
            answer => answer.Text == "1"
        );

        (
            await second.AwsAsync("ecs run-task --task-definition web --query 'failures[0].reason' --output text")
        ).Text.ShouldBe("ATTRIBUTE");
        second.Platform.Log.ShouldContain("another platform or agent on this host has 169.254.170.2 already");
        (
            await World.Commands.RunAsync("curl -sS --max-time 60 http://169.254.170.2/v2/credentials/guessed")
        ).Text.ShouldContain("InvalidIdInRequest");
    }

    private async Task<JsonNode> CredentialsAsync(string path) =>
        (
            await Eventually.BeAsync(
                "credentials",
                () => World.Commands.RunAsync($"curl -sS --max-time 5 http://169.254.170.2{path}"),
                answer => answer.ExitCode == 0 && answer.Output.Contains("AccessKeyId", StringComparison.Ordinal),
                explain: answer => answer.Output + answer.Error
            )
        ).Json;
}

/// <summary>Tests whose platform must have the address at which containers ask.</summary>
[CollectionDefinition(nameof(MetadataAddressHolders), DisableParallelization = true)]
public sealed class MetadataAddressHolders;
