using Estiba.Console.Pages.TaskDefinitions;

namespace Estiba.Console.Tests.Pages;

public sealed class DifferenceTests
{
    [Fact]
    public void The_same_has_no_differences() => Difference.Between(With("a", 1), With("a", 1)).ShouldBeEmpty();

    [Fact]
    public void What_was_changed_is_told_by_the_name_of_its_container() =>
        Difference
            .Between(With("a", 1), With("b", 1))
            .ShouldBe([new Difference("containerDefinitions[web].image", "a", "b")]);

    [Fact]
    public void The_order_of_containers_is_no_difference_but_one_that_is_gone_is()
    {
        var both = new Ecs.RegisterTaskDefinitionRequest
        {
            ContainerDefinitions = [new() { Name = "web" }, new() { Name = "log" }],
        };
        var turned = both with { ContainerDefinitions = [new() { Name = "log" }, new() { Name = "web" }] };
        var one = both with { ContainerDefinitions = [new() { Name = "web" }] };

        Difference.Between(both, turned).ShouldBeEmpty();
        Difference.Between(both, one).ShouldBe([new Difference("containerDefinitions[log].name", "log", null)]);
    }

    private static Ecs.RegisterTaskDefinitionRequest With(string image, int cpu) =>
        new()
        {
            Family = "web",
            ContainerDefinitions =
            [
                new()
                {
                    Name = "web",
                    Image = image,
                    Cpu = cpu,
                },
            ],
        };
}
