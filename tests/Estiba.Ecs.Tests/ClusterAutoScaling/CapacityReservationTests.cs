using Estiba.Contracts.Ecs;
using Estiba.Ecs.ClusterAutoScaling;
using Estiba.Ecs.ContainerInstances;
using Estiba.Ecs.Tasks;

namespace Estiba.Ecs.Tests.ClusterAutoScaling;

/// <summary>How much of a capacity provider's capacity is needed.</summary>
public sealed class CapacityReservationTests
{
    [Theory]
    [InlineData(0, 0, 0, 0, 100)] // nothing wanted, nothing there
    [InlineData(0, 0, 0, 3, 200)] // from zero
    [InlineData(4, 4, 4, 0, 100)] // all used
    [InlineData(4, 4, 1, 0, 25)] // three idle
    [InlineData(4, 2, 0, 0, 50)] // two on their way count
    [InlineData(2, 2, 2, 4, 150)] // four tasks fit on one more
    [InlineData(2, 2, 2, 5, 200)] // five need two
    [InlineData(3, 2, 2, 4, 100)] // the one that they need is on its way
    [InlineData(2, 2, 2, 400, 600)] // no more than the largest step
    public void A_value_is(int group, int registered, int used, int waiting, double value)
    {
        var instances = Enumerable.Range(0, registered).Select(number => (Instance(), number < used)).ToList();
        var tasks = Enumerable.Repeat(new TaskResources(512, 100), waiting).ToList();

        CapacityReservation
            .Of(group, instances, tasks, new ManagedScaling { MinimumScalingStepSize = 1, MaximumScalingStepSize = 10 })
            .ShouldBe(value);
    }

    [Fact]
    public void Tasks_that_want_the_same_port_need_an_instance_each()
    {
        var tasks = Enumerable.Repeat(new TaskResources(1, 1) { Ports = [80] }, 3).ToList();

        CapacityReservation.Of(1, [(Instance(), true)], tasks, new ManagedScaling()).ShouldBe(400);
    }

    private static ContainerInstanceRecord Instance() =>
        new()
        {
            Scope = new Scope("123456789012", "eu-west-1"),
            Cluster = "default",
            Id = "i",
            Status = "ACTIVE",
            RegisteredAt = default,
            Version = 1,
            Cpu = 2048,
            Memory = 4000,
        };
}
