using Estiba.EndToEnd.Tests.Platforms;

namespace Estiba.EndToEnd.Tests.Faults;

/// <summary>The disk that holds the data directory runs full, and has room again.</summary>
public sealed class FullDiskTests
{
    [Fact]
    public async Task What_cannot_be_kept_is_refused_and_all_that_was_acknowledged_is_there_afterwards()
    {
        var root = Abandoned.NewRoot();
        var data = Directory.CreateDirectory(Path.Combine(root, "data")).FullName;
        (
            await RootCommand.RunAsync(
                $"mount -t tmpfs -o size=24m,mode=0700,uid=$(id -u {Environment.UserName}) tmpfs {data}"
            )
        ).ShouldBe(0, "mounting needs root");
        await using var world = await World.CreateInAsync(root, "--engine", "simulated");
        try
        {
            (await world.AwsAsync("ecs create-cluster --cluster-name before")).Text.ShouldNotBeEmpty();
            var filler = Path.Combine(data, "filler");
            (await world.Commands.RunAsync($"dd if=/dev/zero of={filler} bs=64k 2>&1 || true")).Text.ShouldContain(
                "No space left"
            );

            var refused = await RefusedAsync(world);
            refused.ShouldContain("(ServiceUnavailableException)");
            refused.ShouldNotContain(root); // clients need not know where on the host it is
            File.Delete(filler);

            (await world.AwsAsync("ecs create-cluster --cluster-name after")).Text.ShouldNotBeEmpty();
            await world.Platform.KillAsync();
            await world.Platform.StartAsync();
            var clusters = (await world.AwsAsync("ecs list-clusters --query 'clusterArns[]' --output text")).Text;
            clusters.ShouldContain("cluster/before");
            clusters.ShouldContain("cluster/after");
        }
        finally
        {
            await world.Platform.DisposeAsync();
            await RootCommand.RunAsync($"umount {data}");
        }
    }

    /// <summary>What is left of the last pages takes a few commits more.</summary>
    private static async Task<string> RefusedAsync(World world)
    {
        for (var cluster = 0; cluster < 50; cluster++)
        {
            var answer = await world.AwsAsync(
                $"ecs create-cluster --cluster-name full-{cluster} --tags key=filler,value={new string('x', 250)}"
            );
            if (answer.ExitCode != 0)
                return answer.Error;
        }

        throw new InvalidOperationException("fifty clusters were kept on a full disk");
    }
}
