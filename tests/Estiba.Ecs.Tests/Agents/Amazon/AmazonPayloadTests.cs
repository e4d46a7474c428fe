using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Agents;
using Estiba.Ecs.ContainerInstances;
using Estiba.Ecs.TaskDefinitions;
using Estiba.Ecs.Tasks;
using AcsContainer = Estiba.Contracts.Acs.Container;

namespace Estiba.Ecs.Tests.Agents.Amazon;

/// <summary>
/// What Amazon's agent is told that Estiba's knows itself: where images are, whose credentials ship log lines, and
/// where programs find the platform.
/// </summary>
public sealed class AmazonPayloadTests
{
    private const string Execution = "arn:aws:iam::123456789012:role/execution";
    private const string Application = "arn:aws:iam::123456789012:role/app";

    private static readonly Scope Scope = new("123456789012", "eu-west-1");

    [Theory]
    [InlineData("awslogs", Execution, "EXECUTIONROLE")]
    [InlineData("awslogs", null, null)]
    [InlineData("json-file", Execution, null)]
    public void Log_lines_are_shipped_with_the_execution_role_where_there_is_one(
        string driver,
        string? role,
        string? strategy
    )
    {
        var log = new LogConfiguration
        {
            LogDriver = driver,
            Options =
                driver == "awslogs"
                    ? new Dictionary<string, string> { ["awslogs-group"] = "g", ["awslogs-region"] = "eu-west-1" }
                    : null,
        };

        Container(executionRole: role, log: log).LogsAuthStrategy.ShouldBe(strategy);
    }

    [Theory]
    [InlineData(Execution, true)]
    [InlineData(null, false)]
    public void Images_are_pulled_with_the_execution_role_where_there_is_one(string? role, bool isUsed)
    {
        var container = Container(executionRole: role, image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1");

        container.RegistryAuthentication!.EcrAuthData!.UseExecutionRole.ShouldBe(isUsed);
        container.Image.ShouldBe("platform.example:4566/web:1");
    }

    [Fact]
    public void Programs_with_a_role_are_told_where_the_platform_is_unless_the_container_says_otherwise()
    {
        var environment = Container(
            role: Application,
            environment: [new EcsKeyValuePair { Name = "AWS_REGION", Value = "us-east-1" }]
        ).Environment!;

        environment["AWS_ENDPOINT_URL"].ShouldBe("http://platform.example:4566");
        environment["AWS_DEFAULT_REGION"].ShouldBe("eu-west-1");
        environment["AWS_REGION"].ShouldBe("us-east-1");
    }

    [Theory]
    [InlineData("host", "http://127.0.0.1:4566")]
    [InlineData("bridge", null)]
    public void A_loopback_address_is_told_to_those_that_reach_it(string networkMode, string? expected) =>
        Container(role: Application, endpoint: "http://127.0.0.1:4566", networkMode: networkMode)
            .Environment!.GetValueOrDefault("AWS_ENDPOINT_URL")
            .ShouldBe(expected);

    [Fact]
    public void Programs_without_a_role_are_told_nothing() =>
        Container(executionRole: Execution).Environment!.Keys.ShouldBe(["AWS_EXECUTION_ENV"]);

    [Fact]
    public void Estibas_agent_is_not_told_what_it_knows()
    {
        var container = Container(
            role: Application,
            image: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1",
            hash: EstibaAgent.Hash
        );

        container.Environment!.Keys.ShouldBe(["AWS_EXECUTION_ENV"]);
        container.Image.ShouldBe("123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1");
    }

    private static AcsContainer Container(
        string? role = null,
        string? executionRole = null,
        string image = "web",
        LogConfiguration? log = null,
        IReadOnlyList<EcsKeyValuePair>? environment = null,
        string endpoint = "http://platform.example:4566",
        string networkMode = "bridge",
        string hash = RecordedAgent.Hash
    )
    {
        var definition = TaskDefinitionDefaults.Fill(
            new RegisterTaskDefinitionRequest
            {
                Family = "f",
                NetworkMode = networkMode,
                TaskRoleArn = role,
                ExecutionRoleArn = executionRole,
                ContainerDefinitions =
                [
                    new ContainerDefinition
                    {
                        Name = "a",
                        Image = image,
                        Memory = 64,
                        LogConfiguration = log,
                        Environment = environment,
                    },
                ],
            }
        );
        var task = new TaskRecord
        {
            Scope = Scope,
            Cluster = "c",
            Id = "0123456789abcdef0123456789abcdef",
            Family = "f",
            Revision = 1,
            LastStatus = TaskStatus.Pending,
            DesiredStatus = DesiredStatus.Running,
            LaunchType = LaunchType.External,
            Group = "family:f",
            CreatedAt = EcsWorld.Start,
            Version = 1,
            Containers = [new Contracts.Ecs.Container { Name = "a" }],
            Resources = new TaskResources(0, 0),
            RoleCredentialsId = role is null ? null : "1",
            ExecutionRoleCredentialsId = executionRole is null ? null : "2",
        };
        var instance = new ContainerInstanceRecord
        {
            Scope = Scope,
            Cluster = "c",
            Id = "i",
            Status = "ACTIVE",
            RegisteredAt = EcsWorld.Start,
            Version = 1,
            Cpu = 1024,
            Memory = 1024,
            VersionInfo = new VersionInfo { AgentHash = hash },
        };
        return new PayloadTemplates(new EcsOptions { AgentEndpoint = new Uri(endpoint) })
            .Payload(task, definition, TaskRole.Of(task, definition), AgentTraits.Of(instance))
            .Containers!.Single();
    }
}
