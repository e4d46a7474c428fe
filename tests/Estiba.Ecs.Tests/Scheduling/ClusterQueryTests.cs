using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.ContainerInstances;
using Estiba.Ecs.Placement;
using Estiba.Ecs.Queries;

namespace Estiba.Ecs.Tests.Scheduling;

public sealed class ClusterQueryTests
{
    [Theory]
    [InlineData("attribute:ecs.availability-zone == eu-west-1a", true)]
    [InlineData("attribute:ecs.availability-zone equals 'eu-west-1a'", true)]
    [InlineData("attribute:ecs.availability-zone != eu-west-1a", false)]
    [InlineData("attribute:ecs.availability-zone in [eu-west-1a, eu-west-1b]", true)]
    [InlineData("attribute:ecs.availability-zone !in [eu-west-1a, eu-west-1b]", false)]
    [InlineData("attribute:ecs.availability-zone not_in [eu-west-1c]", true)]
    [InlineData("attribute:ecs.instance-type =~ t3.*", true)]
    [InlineData("attribute:ecs.instance-type !~ t2.*", true)]
    [InlineData("attribute:ecs.instance-type matches m5.*", false)]
    [InlineData("attribute:stack exists", false)]
    [InlineData("attribute:stack !exists", true)]
    [InlineData("not(attribute:stack exists)", true)]
    [InlineData("ec2InstanceId in ['i-0abc', 'i-0def']", true)]
    [InlineData("agentConnected == true", true)]
    [InlineData("runningTasksCount < 1", true)]
    [InlineData("runningTasksCount greater_than_equal 1", false)]
    [InlineData("registeredAt > 2025-12-31T00:00:00Z", true)]
    [InlineData("registeredAt > 2026-02-01T00:00:00Z", false)]
    [InlineData("registeredAt == 2026-01-01T00:00:00+00:00", true)]
    [InlineData("registeredAt <= 2026-01-01T00:00:00", true)]
    [InlineData("registeredAt < 2026-01-02", true)]
    [InlineData("registeredAt not_equals 2026-01-01", false)]
    [InlineData("runningTasksCount == 0", true)]
    [InlineData("runningTasksCount != 0", false)]
    [InlineData("agentVersion >= 1.105.1", true)]
    [InlineData("agentVersion > 1.9.0", true)]
    [InlineData("agentVersion less_than 1.105.1", false)]
    [InlineData("agentConnected in [true]", true)]
    [InlineData("agentConnected != true", false)]
    [InlineData("agentConnected matches t.*", true)]
    [InlineData("ec2InstanceId =~ i-0.*", true)]
    [InlineData("ec2InstanceId !~ i-0.*", false)]
    [InlineData("ec2InstanceId !in [i-0def]", true)]
    [InlineData("attribute:stack != prod", false)]
    [InlineData("attribute:stack not_in [prod]", false)]
    [InlineData("attribute:stack !exists or attribute:stack != prod", true)]
    [InlineData("attribute:slots > 9", true)]
    [InlineData("attribute:slots <= 9", false)]
    [InlineData("attribute:slots == 10.0", false)]
    [InlineData("attribute:slots exists", true)]
    [InlineData("attribute:com.amazonaws.ecs.capability.docker-remote-api.1.21 exists", true)]
    [InlineData("attribute:ecs.instance-type =~ t3", false)]
    [InlineData("attribute:ecs.instance-type =~ '(?!m5)t[23].*'", true)]
    [InlineData("task:group exists", true)]
    [InlineData("task:group != family:db", true)]
    [InlineData("task:group != family:web", false)]
    [InlineData("task:group in [family:db, family:web]", true)]
    [InlineData("task:group =~ family:.*", true)]
    [InlineData("NOT task:group !exists AND agentConnected EQUALS true", true)]
    [InlineData("task:group == family:web", true)]
    [InlineData("task:group == family:db", false)]
    [InlineData("not task:group == family:db", true)]
    [InlineData("attribute:stack exists or ec2InstanceId == i-0abc and agentConnected == true", true)]
    [InlineData("(attribute:stack exists || ec2InstanceId == i-0abc) && !(agentConnected == true)", false)]
    public async Task An_expression_chooses_instances(string expression, bool matches)
    {
        await using var world = await EcsWorld.CreateAsync();
        var instance = await world.AddInstanceAsync(ec2: "i-0abc");
        await world.Api.PutAttributesAsync(
            new PutAttributesRequest
            {
                Attributes =
                [
                    new EcsAttribute
                    {
                        Name = "slots",
                        Value = "10",
                        TargetId = instance,
                    },
                ],
            },
            world.Caller
        );
        await world.RegisterAsync();
        await world.Api.RunTaskAsync(new RunTaskRequest { TaskDefinition = "web" }, world.Caller);

        var found = await world.Api.ListContainerInstancesAsync(
            new ListContainerInstancesRequest { Filter = expression },
            world.Caller
        );

        found.ContainerInstanceArns!.Count.ShouldBe(matches ? 1 : 0);
    }

    [Theory]
    [InlineData("attribute:x ==", "found the end where an argument was expected")]
    [InlineData("attribute:x", "found the end where an operator was expected")]
    [InlineData("colour == red", "'colour' is no subject")]
    [InlineData("(agentConnected == true", "where ')' was expected")]
    [InlineData("agentConnected == true true", "found 'true' at position 24")]
    [InlineData("ec2InstanceId in i-1", "where '[' was expected")]
    [InlineData("ec2InstanceId == 'i-1", "is not closed")]
    [InlineData("attribute:x =~ '['", "is not a regular expression")]
    [InlineData("== 1", "where a subject was expected")]
    [InlineData("agentConnected > true", "the operator '>' cannot be used with agentConnected")]
    [InlineData("agentConnected exists", "the operator 'exists' cannot be used with agentConnected")]
    [InlineData("runningTasksCount in [1]", "the operator 'in' cannot be used with runningTasksCount")]
    [InlineData("agentVersion =~ 1.*", "the operator '=~' cannot be used with agentVersion")]
    [InlineData("task:group > a", "the operator '>' cannot be used with task:group")]
    [InlineData("runningTasksCount > few", "'few' is not a number")]
    [InlineData("registeredAt > yesterday", "'yesterday' is not a date")]
    [InlineData("agentVersion > new", "'new' is not a version")]
    [InlineData("attribute:a == (b)", "found '(' at position 16 where an argument was expected")]
    [InlineData("ec2InstanceId in []", "found ']' at position 19 where an argument was expected")]
    public async Task What_cannot_be_read_is_told_with_its_place(string expression, string message)
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();

        var error = await Should.ThrowAsync<AwsException>(() =>
            world.Api.ListContainerInstancesAsync(
                new ListContainerInstancesRequest { Filter = expression },
                world.Caller
            )
        );

        error.Code.ShouldBe("InvalidParameterException");
        error.Message.ShouldContain(message);
    }

    [Fact]
    public async Task A_definition_with_a_constraint_that_cannot_be_read_is_refused()
    {
        await using var world = await EcsWorld.CreateAsync();

        (await RefusedAsync(new() { Type = "memberOf", Expression = "colour == red" })).ShouldContain(
            "'colour' is no subject"
        );
        (await RefusedAsync(new() { Type = "distinctInstance", Expression = "x" })).ShouldBe(
            "constraint.type 'distinctInstance' is not supported."
        );

        async Task<string> RefusedAsync(TaskDefinitionPlacementConstraint constraint)
        {
            var request = new RegisterTaskDefinitionRequest
            {
                Family = "web",
                ContainerDefinitions =
                [
                    new ContainerDefinition
                    {
                        Name = "a",
                        Image = "a",
                        Memory = 10,
                    },
                ],
                PlacementConstraints = [constraint],
            };
            var error = await Should.ThrowAsync<AwsException>(() =>
                world.Api.RegisterTaskDefinitionAsync(request, world.Caller)
            );
            error.Code.ShouldBe("ClientException");
            return error.Message;
        }
    }

    [Theory]
    [InlineData("distinctInstance", "x", null, null, "distinctInstance expression should not be specified.")]
    [InlineData("distinctInstance", "", null, null, "distinctInstance expression should not be specified.")]
    [InlineData(null, null, "binpack", "disk", "binpack field 'disk' is invalid.")]
    [InlineData(null, null, "random", "cpu", "random field should not be specified.")]
    public async Task A_constraint_or_strategy_that_cannot_be_is_refused_in_the_words_of_ECS(
        string? constraint,
        string? expression,
        string? strategy,
        string? field,
        string message
    )
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        var request = new RunTaskRequest
        {
            TaskDefinition = "web",
            PlacementConstraints = constraint is null
                ? null
                : [new PlacementConstraint { Type = constraint, Expression = expression }],
            PlacementStrategy = strategy is null ? null : [new PlacementStrategy { Type = strategy, Field = field }],
        };

        (await Should.ThrowAsync<AwsException>(() => world.Api.RunTaskAsync(request, world.Caller))).Message.ShouldBe(
            message
        );
    }

    [Fact]
    public void A_pattern_without_end_matches_nothing_and_holds_nobody_up()
    {
        var query = ClusterQuery.Parse("attribute:x =~ '(a+)+$'");
        var capacity = new InstanceCapacity(
            new ContainerInstanceRecord
            {
                Scope = new("1", "r"),
                Cluster = "c",
                Id = "i",
                Status = "ACTIVE",
                RegisteredAt = EcsWorld.Start,
                Version = 1,
                Cpu = 1,
                Memory = 1,
                Attributes = [new EcsAttribute { Name = "x", Value = new string('a', 120) + "!" }],
            },
            InstanceUsage.None
        );

        for (var n = 0; n < 1000; n++)
            query.Matches(capacity).ShouldBeFalse();
    }

    [Fact]
    public async Task A_service_with_memberOf_runs_only_where_it_may()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync(zone: "eu-west-1a");
        var right = await world.AddInstanceAsync(zone: "eu-west-1b");
        await world.RegisterAsync();

        await world.CreateServiceAsync(desired: 3, with: request =>
            request with
            {
                PlacementConstraints =
                [
                    new PlacementConstraint
                    {
                        Type = "memberOf",
                        Expression = "attribute:ecs.availability-zone == eu-west-1b",
                    },
                ],
            }
        );

        (await world.TasksAsync()).ShouldAllBe(task => task.ContainerInstanceArn == right);
    }

    [Fact]
    public async Task A_service_with_distinctInstance_has_one_task_on_each()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();

        var service = await world.CreateServiceAsync(desired: 3, with: request =>
            request with
            {
                PlacementConstraints = [new PlacementConstraint { Type = "distinctInstance" }],
            }
        );

        (await world.TasksAsync()).Select(task => task.ContainerInstanceArn).Distinct().Count().ShouldBe(2);
        (await world.TasksAsync()).Count.ShouldBe(2);
        service.Events![0].Message!.ShouldContain("DistinctInstance placement constraint unsatisfied.");
    }

    [Theory]
    [InlineData("spread", "attribute:ecs.availability-zone", 2)]
    [InlineData("binpack", "memory", 1)]
    public async Task A_strategy_says_where_tasks_are_best(string type, string field, int instances)
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync(zone: "eu-west-1a");
        await world.AddInstanceAsync(zone: "eu-west-1b");
        await world.RegisterAsync();

        await world.CreateServiceAsync(desired: 4, with: request =>
            request with
            {
                PlacementStrategy = [new PlacementStrategy { Type = type, Field = field }],
            }
        );

        (await world.TasksAsync()).Select(task => task.ContainerInstanceArn).Distinct().Count().ShouldBe(instances);
    }
}
