using Estiba.EndToEnd.Tests.Platforms;

namespace Estiba.EndToEnd.Tests.Terraform;

/// <summary>
/// The configurations below examples/terraform live a whole life: made, unchanged, known again by their ids, changed,
/// unchanged, gone.
/// </summary>
public sealed class TerraformTests
{
    [Fact]
    public async Task The_examples_are_applied_imported_changed_and_destroyed_and_plan_nothing_in_between()
    {
        Assert.SkipWhen(TerraformCommand.Obstacle is not null, $"Not run: {TerraformCommand.Obstacle}.");
        await using var world = await World.CreateAsync("--engine", "simulated");
        var terraform = await TerraformCommand.OpenAsync(world);

        await terraform.RunAsync("init");
        await terraform.RunAsync("apply -auto-approve -var revision=1");
        (await terraform.PlanAsync(revision: 1)).ShouldBeEmpty();
        (await terraform.ImportAsync(revision: 1)).ShouldBeEmpty();
        await terraform.RunAsync("apply -auto-approve -var revision=2");
        (await terraform.PlanAsync(revision: 2)).ShouldBeEmpty();
        await terraform.RunAsync("destroy -auto-approve -var revision=2");
        (await terraform.RunAsync("state list")).ShouldBeEmpty();
    }
}
