using System.Text.Json.Nodes;
using Estiba.Agent.Tasks;
using Estiba.Engines.Simulated;

namespace Estiba.Agent.Tests.Tasks;

/// <summary>Two platforms on one engine whose instances have the same ids: one is a copy of the other.</summary>
public sealed class PlatformLabelTests
{
    private const string Instance = "i-0123456789abcdef0";

    [Theory]
    [InlineData("p-mine", "p-mine", true)]
    [InlineData("p-mine", "p-other", false)]
    [InlineData("p-mine", null, true)]
    [InlineData(null, "p-other", false)]
    [InlineData(null, null, true)]
    public void What_bears_another_platforms_label_is_not_ones_own_and_what_bears_none_is(
        string? platform,
        string? label,
        bool isOwn
    )
    {
        var labels = new Dictionary<string, string> { [ContainerInstanceAgent.InstanceLabel] = Instance };
        if (label is not null)
            labels[ContainerInstanceAgent.PlatformLabel] = label;

        ContainerInstanceAgent.IsOf(labels, platform).ShouldBe(isOwn);
    }

    [Fact]
    public async Task An_instance_that_is_terminated_takes_nothing_of_another_platform_along()
    {
        await using var engine = new SimulatedEngine(new SimulationOptions(), TimeProvider.System, seed: 1);
        await engine.PullImageAsync("nginx", credentials: null, progress: null, CancellationToken.None);
        await CreateAsync(engine, "mine", "p-mine");
        await CreateAsync(engine, "before-there-were-labels", null);
        await CreateAsync(engine, "other", "p-other");

        await PowerCut.RemoveEverythingAsync(engine, Instance, "p-mine", CancellationToken.None);

        (await engine.ListContainersAsync([], CancellationToken.None))
            .Select(container => container.Name)
            .ShouldBe(["other"]);
    }

    private static async Task CreateAsync(SimulatedEngine engine, string name, string? platform)
    {
        var labels = new JsonObject { [ContainerNaming.InstanceLabel] = Instance };
        if (platform is not null)
            labels[ContainerNaming.PlatformLabel] = platform;
        await engine.CreateContainerAsync(
            name,
            new JsonObject { ["Image"] = "nginx", ["Labels"] = labels },
            CancellationToken.None
        );
    }
}
