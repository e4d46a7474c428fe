using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Services.Deployments;
using Shouldly;
using Xunit;

namespace Estiba.Ecs.Tests.Services;

public sealed class CircuitBreakerTests
{
    [Theory]
    [InlineData(null, null, 1, 3)]
    [InlineData(null, null, 25, 13)]
    [InlineData(null, null, 5000, 200)]
    [InlineData("BOUNDED_PERCENT", 10, 100, 10)]
    [InlineData("BOUNDED_PERCENT", 10, 10, 3)]
    [InlineData("BOUNDED_PERCENT", 90, 1000, 200)]
    [InlineData("UNBOUNDED_PERCENT", 10, 10, 1)]
    [InlineData("UNBOUNDED_PERCENT", 25, 5, 2)]
    [InlineData("UNBOUNDED_PERCENT", 90, 1000, 900)]
    [InlineData("UNBOUNDED_PERCENT", 50, 0, 1)]
    [InlineData("COUNT", 1, 1000, 1)]
    [InlineData("COUNT", 500, 10, 500)]
    [InlineData("COUNT", int.MaxValue, 10, int.MaxValue)]
    [InlineData("UNBOUNDED_PERCENT", int.MaxValue, int.MaxValue, int.MaxValue)]
    [InlineData("BOUNDED_PERCENT", int.MaxValue, int.MaxValue, 200)]
    public void The_threshold_is_half_of_the_desired_count_or_what_the_configuration_says(
        string? type,
        int? value,
        int desired,
        int threshold
    ) =>
        CircuitBreaker
            .Threshold(new DeploymentConfiguration { DeploymentCircuitBreaker = Breaker(type, value) }, desired)
            .ShouldBe(threshold);

    [Fact]
    public async Task A_threshold_of_one_ends_a_deployment_with_its_first_failure_and_is_described()
    {
        await using var world = await DeployedAsync(Breaker("COUNT", 1));

        await FailAsync(world);

        var service = await world.ServiceAsync();
        service.Deployments![0].RolloutState.ShouldBe("FAILED");
        service.DeploymentConfiguration!.DeploymentCircuitBreaker!.ThresholdConfiguration.ShouldBe(
            new ThresholdConfiguration { Type = "COUNT", Value = 1 }
        );
    }

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 1)]
    [InlineData(null, 1)]
    public async Task A_task_that_becomes_healthy_sets_the_count_back_unless_the_service_says_otherwise(
        bool? reset,
        int failures
    )
    {
        await using var world = await DeployedAsync(
            Breaker("COUNT", 9) with
            {
                ResetOnHealthyTask = reset,
            },
            desired: 2
        );

        await FailAsync(world);
        var started = (await world.TasksAsync()).First(task => task.LastStatus == "PENDING").TaskArn!;
        await world.ReportAsync(started, "RUNNING");
        await world.SettleAsync();
        await FailAsync(world);

        var service = await world.ServiceAsync();
        service.Deployments![0].FailedTasks.ShouldBe(failures);
        service.DeploymentConfiguration!.DeploymentCircuitBreaker!.ResetOnHealthyTask.ShouldBe(reset);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task A_threshold_is_positive(int value)
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.RegisterAsync();

        var refusal = await Should.ThrowAsync<AwsException>(() =>
            world.CreateServiceAsync(1, with: request =>
                request with
                {
                    DeploymentConfiguration = new() { DeploymentCircuitBreaker = Breaker("COUNT", value) },
                }
            )
        );

        refusal.Code.ShouldBe("InvalidParameterException");
    }

    private static DeploymentCircuitBreaker Breaker(string? type, int? value) =>
        new()
        {
            Enable = true,
            Rollback = false,
            ThresholdConfiguration = type is null ? null : new ThresholdConfiguration { Type = type, Value = value },
        };

    private static async Task<EcsWorld> DeployedAsync(DeploymentCircuitBreaker breaker, int desired = 1)
    {
        var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired, with: request =>
            request with
            {
                DeploymentConfiguration = new() { DeploymentCircuitBreaker = breaker },
            }
        );
        await world.SettleAsync();
        return world;
    }

    private static async Task FailAsync(EcsWorld world)
    {
        world.Clock.Advance(TimeSpan.FromMinutes(1));
        await world.SettleAsync();
        await world.ReportAsync(
            (await world.TasksAsync()).First(task => task.LastStatus == "PENDING").TaskArn!,
            "STOPPED",
            "Task failed to start"
        );
        world.Clock.Advance(TimeSpan.FromMinutes(1));
        await world.SettleAsync();
    }
}
