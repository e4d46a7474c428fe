using Estiba.Contracts;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Tests.TaskDefinitions;

public sealed class TaskDefinitionTests
{
    private const string ArticleDefinition = """
        {"containerDefinitions":[{"cpu":512,"essential":true,"image":"123456789012.dkr.ecr.eu-west-1.amazonaws.com/subiendo.mi.contenedor:latest",
        "logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"subiendo-mi-contenedor","awslogs-region":"eu-west-1","awslogs-stream-prefix":"nginx"}},
        "memory":448,"memoryReservation":256,"name":"nginx","portMappings":[{"hostPort":9999,"containerPort":80,"protocol":"tcp"}]}],"family":"subiendo_mi_contenedor"}
        """;

    [Fact]
    public async Task The_definition_of_the_article_is_shown_as_ECS_shows_it()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.Api.RegisterTaskDefinitionAsync(
            ShapeJson.Parse<RegisterTaskDefinitionRequest>(ArticleDefinition),
            world.Caller
        );

        var shown = await DescribeAsync(world, "subiendo_mi_contenedor");

        ShapeJson
            .ToText(shown with { RegisteredAt = null, RegisteredBy = null })
            .ShouldBe(
                string.Concat(
                    """{"taskDefinitionArn":"arn:aws:ecs:eu-west-1:123456789012:task-definition/subiendo_mi_contenedor:1","containerDefinitions":[{"name":"nginx",""",
                    """ "image":"123456789012.dkr.ecr.eu-west-1.amazonaws.com/subiendo.mi.contenedor:latest","cpu":512,"memory":448,"memoryReservation":256,""".TrimStart(),
                    """ "portMappings":[{"containerPort":80,"hostPort":9999,"protocol":"tcp"}],"essential":true,"environment":[],"mountPoints":[],"volumesFrom":[],""".TrimStart(),
                    """ "logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"subiendo-mi-contenedor","awslogs-region":"eu-west-1","awslogs-stream-prefix":"nginx"}},""".TrimStart(),
                    """ "systemControls":[]}],"family":"subiendo_mi_contenedor","revision":1,"volumes":[],"status":"ACTIVE",""".TrimStart(),
                    """ "requiresAttributes":[{"name":"com.amazonaws.ecs.capability.logging-driver.awslogs"},{"name":"com.amazonaws.ecs.capability.docker-remote-api.1.19"},""".TrimStart(),
                    """ {"name":"com.amazonaws.ecs.capability.ecr-auth"},{"name":"com.amazonaws.ecs.capability.docker-remote-api.1.21"}],""".TrimStart(),
                    """ "placementConstraints":[],"compatibilities":["EXTERNAL","EC2"]}""".TrimStart()
                )
            );
        shown.RegisteredAt.ShouldBe(EcsWorld.Start);
        shown.RegisteredBy.ShouldBe("arn:aws:iam::123456789012:root");
    }

    [Fact]
    public async Task A_health_check_gets_the_defaults_of_ECS()
    {
        await using var world = await EcsWorld.CreateAsync();
        await RegisterAsync(
            world,
            """{"family":"f","containerDefinitions":[{"name":"a","image":"i","memory":64,"healthCheck":{"command":["CMD","true"]}}]}"""
        );

        (await DescribeAsync(world, "f"))
            .ContainerDefinitions!.Single()
            .HealthCheck.ShouldSatisfyAllConditions(
                check => check!.Interval.ShouldBe(30),
                check => check!.Timeout.ShouldBe(5),
                check => check!.Retries.ShouldBe(3),
                check => check!.StartPeriod.ShouldBeNull()
            );
    }

    [Theory]
    [InlineData("bridge", 0)]
    [InlineData("host", 80)]
    [InlineData("awsvpc", 80)]
    public async Task A_host_port_that_is_left_out_follows_the_network_mode(string mode, int expected)
    {
        await using var world = await EcsWorld.CreateAsync();
        await RegisterAsync(
            world,
            $$"""{"family":"f","networkMode":"{{mode}}","containerDefinitions":[{"name":"a","image":"i","memory":64,"portMappings":[{"containerPort":80}]}]}"""
        );

        (await DescribeAsync(world, "f"))
            .ContainerDefinitions!.Single()
            .PortMappings!.Single()
            .ShouldSatisfyAllConditions(
                mapping => mapping.HostPort.ShouldBe(expected),
                mapping => mapping.Protocol.ShouldBe("tcp")
            );
    }

    [Theory]
    [InlineData("1 vCPU", "1024")]
    [InlineData(".5 vcpu", "512")]
    [InlineData("256", "256")]
    public async Task The_cpu_of_a_task_is_shown_in_units(string given, string expected)
    {
        await using var world = await EcsWorld.CreateAsync();
        await RegisterAsync(
            world,
            $$"""{"family":"f","cpu":"{{given}}","memory":"1GB","containerDefinitions":[{"name":"a","image":"i"}]}"""
        );

        (await DescribeAsync(world, "f")).ShouldSatisfyAllConditions(
            definition => definition.Cpu.ShouldBe(expected),
            definition => definition.Memory.ShouldBe("1024")
        );
    }

    [Fact]
    public async Task A_definition_that_suits_Fargate_says_so()
    {
        await using var world = await EcsWorld.CreateAsync();
        await RegisterAsync(
            world,
            """{"family":"f","networkMode":"awsvpc","cpu":"256","memory":"512","requiresCompatibilities":["FARGATE"],"containerDefinitions":[{"name":"a","image":"i"}]}"""
        );

        var shown = await DescribeAsync(world, "f");

        shown.Compatibilities.ShouldBe(["EC2", "FARGATE"]);
        shown
            .RequiresAttributes!.Select(attribute => attribute.Name)
            .ShouldBe(["com.amazonaws.ecs.capability.docker-remote-api.1.18", "ecs.capability.task-eni"]);
    }

    [Fact]
    public async Task Revisions_are_counted_from_one()
    {
        await using var world = await EcsWorld.CreateAsync();

        (await world.RegisterAsync()).ShouldEndWith(":1");
        (await world.RegisterAsync()).ShouldEndWith(":2");
    }

    [Fact]
    public async Task A_family_alone_means_its_newest_active_revision()
    {
        await using var world = await EcsWorld.CreateAsync();
        for (var n = 0; n < 3; n++)
            await world.RegisterAsync();
        await DeregisterAsync(world, "web:3");

        (await DescribeAsync(world, "web")).Revision.ShouldBe(2);
    }

    [Theory]
    [InlineData("web:1")]
    [InlineData("arn:aws:ecs:eu-west-1:123456789012:task-definition/web:1")]
    public async Task A_revision_is_found_by_name_and_by_ARN(string name)
    {
        await using var world = await EcsWorld.CreateAsync();
        for (var n = 0; n < 2; n++)
            await world.RegisterAsync();

        (await DescribeAsync(world, name)).Revision.ShouldBe(1);
    }

    [Theory]
    [InlineData("other", "Unable to describe task definition.")]
    [InlineData("web:7", "Unable to describe task definition.")]
    [InlineData("arn:aws:ecs:eu-west-1:210987654321:task-definition/web:1", "Unable to describe task definition.")]
    public async Task What_is_not_there_cannot_be_described(string name, string message)
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.RegisterAsync();

        var error = await Should.ThrowAsync<AwsException>(() => DescribeAsync(world, name));

        error.ShouldSatisfyAllConditions(e => e.Code.ShouldBe("ClientException"), e => e.Message.ShouldBe(message));
    }

    [Fact]
    public async Task Definitions_of_another_account_do_not_show()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.RegisterAsync();

        (
            await world.Api.ListTaskDefinitionsAsync(
                new ListTaskDefinitionsRequest(),
                EcsWorld.Account("210987654321"),
                default
            )
        ).TaskDefinitionArns.ShouldBeEmpty();
        (
            await world.Api.ListTaskDefinitionsAsync(
                new ListTaskDefinitionsRequest(),
                EcsWorld.Account("123456789012", "us-east-1"),
                default
            )
        ).TaskDefinitionArns.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_deregistered_revision_is_inactive_and_can_still_be_described()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.RegisterAsync();
        await DeregisterAsync(world, "web:1");

        (await DescribeAsync(world, "web:1")).ShouldSatisfyAllConditions(
            definition => definition.Status.ShouldBe("INACTIVE"),
            definition => definition.DeregisteredAt.ShouldBe(EcsWorld.Start)
        );
    }

    [Fact]
    public async Task Deregistering_needs_a_revision()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.RegisterAsync();

        (await Should.ThrowAsync<AwsException>(() => DeregisterAsync(world, "web"))).ShouldSatisfyAllConditions(
            refusal => refusal.Code.ShouldBe("InvalidParameterException"),
            refusal => refusal.Message.ShouldBe("Revision is missing.")
        );
        foreach (
            var call in (Func<Task>[])
                [() => DeregisterAsync(world, "web:latest"), () => DescribeAsync(world, "web:latest")]
        )
        {
            (await Should.ThrowAsync<AwsException>(call)).ShouldSatisfyAllConditions(
                refusal => refusal.Code.ShouldBe("InvalidParameterException"),
                refusal => refusal.Message.ShouldBe("Invalid revision number. Number: latest")
            );
        }
        (await DescribeAsync(world, "web")).Status.ShouldBe("ACTIVE");
    }

    [Fact]
    public async Task No_task_is_run_from_an_inactive_revision()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        await DeregisterAsync(world, "web:1");

        (
            await Should.ThrowAsync<AwsException>(() =>
                world.Api.RunTaskAsync(new RunTaskRequest { TaskDefinition = "web:1" }, world.Caller)
            )
        ).Message.ShouldBe("TaskDefinition is inactive");
        (
            await Should.ThrowAsync<AwsException>(() =>
                world.Api.RunTaskAsync(new RunTaskRequest { TaskDefinition = "web" }, world.Caller)
            )
        ).Message.ShouldBe("TaskDefinition not found.");
    }

    [Fact]
    public async Task Tags_are_shown_when_asked_for()
    {
        await using var world = await EcsWorld.CreateAsync();
        await RegisterAsync(
            world,
            """{"family":"f","containerDefinitions":[{"name":"a","image":"i","memory":64}],"tags":[{"key":"team","value":"blue"}]}"""
        );

        var without = await world.Api.DescribeTaskDefinitionAsync(
            new DescribeTaskDefinitionRequest { TaskDefinition = "f" },
            world.Caller,
            default
        );
        var with = await world.Api.DescribeTaskDefinitionAsync(
            new DescribeTaskDefinitionRequest { TaskDefinition = "f", Include = ["TAGS"] },
            world.Caller,
            default
        );

        without.Tags.ShouldBeNull();
        with.Tags!.Single()
            .ShouldSatisfyAllConditions(tag => tag.Key.ShouldBe("team"), tag => tag.Value.ShouldBe("blue"));
    }

    internal static Task<RegisterTaskDefinitionResponse> RegisterAsync(EcsWorld world, string json) =>
        world.Api.RegisterTaskDefinitionAsync(ShapeJson.Parse<RegisterTaskDefinitionRequest>(json), world.Caller);

    internal static async Task<TaskDefinition> DescribeAsync(EcsWorld world, string name) =>
        (
            await world.Api.DescribeTaskDefinitionAsync(
                new DescribeTaskDefinitionRequest { TaskDefinition = name },
                world.Caller
            )
        ).TaskDefinition!;

    internal static Task<DeregisterTaskDefinitionResponse> DeregisterAsync(EcsWorld world, string name) =>
        world.Api.DeregisterTaskDefinitionAsync(
            new DeregisterTaskDefinitionRequest { TaskDefinition = name },
            world.Caller
        );
}
