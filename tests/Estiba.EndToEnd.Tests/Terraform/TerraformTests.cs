using Estiba.EndToEnd.Tests.Platforms;

namespace Estiba.EndToEnd.Tests.Terraform;

/// <summary>
/// A configuration below examples/terraform lives a whole life: made, unchanged, known again by its ids, changed,
/// unchanged, gone. Each is a class, so that they live side by side.
/// </summary>
public abstract class TerraformTests(string example)
{
    [Fact]
    public async Task The_example_is_applied_imported_changed_and_destroyed_and_plans_nothing_in_between()
    {
        Assert.SkipWhen(TerraformCommand.Obstacle is not null, $"Not run: {TerraformCommand.Obstacle}.");
        await using var world = await World.CreateAsync("--engine", "simulated");
        var terraform = await TerraformCommand.OpenAsync(world, Path.Combine(TerraformExamples.Root, example));

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

public sealed class TerraformEc2Tests() : TerraformTests("ec2");

public sealed class TerraformEcrTests() : TerraformTests("ecr");

public sealed class TerraformEcsTests() : TerraformTests("ecs");

public sealed class TerraformElbTests() : TerraformTests("elb");

public sealed class TerraformIamTests() : TerraformTests("iam");

public sealed class TerraformLogsTests() : TerraformTests("logs");

public sealed class TerraformServicediscoveryTests() : TerraformTests("servicediscovery");
