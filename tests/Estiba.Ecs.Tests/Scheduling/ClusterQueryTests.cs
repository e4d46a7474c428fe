using Estiba.Contracts;
using Estiba.Contracts.Ecs;

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
    [InlineData("task:group == family:web", true)]
    [InlineData("task:group == family:db", false)]
    [InlineData("not task:group == family:db", true)]
    [InlineData("attribute:stack exists or ec2InstanceId == i-0abc and agentConnected == true", true)]
    [InlineData("(attribute:stack exists || ec2InstanceId == i-0abc) && !(agentConnected == true)", false)]
    public async Task An_expression_chooses_instances(string expression, bool matches)
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync(ec2: "i-0abc");
        await world.RegisterAsync();
        await world.Api.RunTaskAsync(new RunTaskRequest { TaskDefinition = "web" }, world.Caller);

        var found = await world.Api.ListContainerInstancesAsync(new ListContainerInstancesRequest { Filter = expression }, world.Caller);

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
    public async Task What_cannot_be_read_is_told_with_its_place(string expression, string message)
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();

        var error = await Should.ThrowAsync<AwsException>(() => world.Api.ListContainerInstancesAsync(new ListContainerInstancesRequest { Filter = expression }, world.Caller));

        error.Code.ShouldBe("InvalidParameterException");
        error.Message.ShouldContain(message);
    }

    [Fact]
    public async Task A_service_with_memberOf_runs_only_where_it_may()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync(zone: "eu-west-1a");
        var right = await world.AddInstanceAsync(zone: "eu-west-1b");
        await world.RegisterAsync();

        await world.CreateServiceAsync(desired: 3, with: request => request with { PlacementConstraints = [new PlacementConstraint { Type = "memberOf", Expression = "attribute:ecs.availability-zone == eu-west-1b" }] });

        (await world.TasksAsync()).ShouldAllBe(task => task.ContainerInstanceArn == right);
    }

    [Fact]
    public async Task A_service_with_distinctInstance_has_one_task_on_each()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();

        var service = await world.CreateServiceAsync(desired: 3, with: request => request with { PlacementConstraints = [new PlacementConstraint { Type = "distinctInstance" }] });

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

        await world.CreateServiceAsync(desired: 4, with: request => request with { PlacementStrategy = [new PlacementStrategy { Type = type, Field = field }] });

        (await world.TasksAsync()).Select(task => task.ContainerInstanceArn).Distinct().Count().ShouldBe(instances);
    }
}
