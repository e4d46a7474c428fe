using Estiba.Agent.Tasks;
using Estiba.Agent.Tests.StandIns;
using Estiba.Contracts.Acs;
using Estiba.Contracts.Signing;

namespace Estiba.Agent.Tests.Tasks;

/// <summary>Which variables containers find in their environment.</summary>
public sealed class InjectedVariablesTests
{
    private static readonly AgentOptions Options = new()
    {
        Region = "eu-west-1",
        Credentials = static () => new AwsCredentials("AKIA", "secret"),
        InstanceId = "i-1",
        Cpu = 1024,
        Memory = 1024,
        PlatformEndpoint = new Uri("http://localhost:4566"),
        ContainersPlatformEndpoint = new Uri("http://10.66.0.1:4566"),
    };

    private readonly AcsTask _task = TestTasks.Task(TestTasks.Shell("app", "true"), TestTasks.Shell("log", "true"));

    [Fact]
    public void Every_container_learns_where_to_ask_about_itself() =>
        Of(_task, index: 1)
            .Fixed.ShouldBe(
                new Dictionary<string, string>
                {
                    ["ECS_CONTAINER_METADATA_URI"] = "http://169.254.170.2/v3/id-1",
                    ["ECS_CONTAINER_METADATA_URI_V4"] = "http://169.254.170.2/v4/id-1",
                },
                ignoreOrder: true
            );

    [Fact]
    public void Without_a_role_a_container_learns_nothing_else()
    {
        var executing = _task with
        {
            ExecutionRoleCredentials = new IAMRoleCredentials { CredentialsId = "execution" },
        };

        Of(executing).Fixed.Keys.ShouldNotContain("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
        Of(executing).Defaults.ShouldBeEmpty();
    }

    [Fact]
    public void With_a_role_it_learns_where_its_credentials_are() =>
        Of(WithRole()).Fixed["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"].ShouldBe("/v2/credentials/app-credentials");

    [Theory]
    [InlineData("bridge", "http://10.66.0.1:4566")]
    [InlineData("host", "http://localhost:4566")]
    public void With_a_role_it_learns_where_the_platform_is_that_its_credentials_are_for(
        string networkMode,
        string endpoint
    ) =>
        Of(WithRole() with { NetworkMode = networkMode })
            .Defaults.ShouldBe(
                new Dictionary<string, string>
                {
                    ["AWS_ENDPOINT_URL"] = endpoint,
                    ["AWS_REGION"] = "eu-west-1",
                    ["AWS_DEFAULT_REGION"] = "eu-west-1",
                },
                ignoreOrder: true
            );

    [Fact]
    public void Nobody_is_sent_to_a_platform_that_cannot_be_reached() =>
        Of(WithRole(), Options with { ContainersPlatformEndpoint = null })
            .Defaults.Keys.ShouldBe(["AWS_REGION", "AWS_DEFAULT_REGION"], ignoreOrder: true);

    private AcsTask WithRole() =>
        _task with
        {
            RoleCredentials = new IAMRoleCredentials { CredentialsId = "app-credentials" },
        };

    private static InjectedVariables Of(AcsTask task, AgentOptions? options = null, int index = 0)
    {
        var made = 0;
        return InjectedVariables.Of(
            TaskState.Accept(task, DateTimeOffset.UnixEpoch, () => $"id-{made++}"),
            index,
            options ?? Options
        );
    }
}
