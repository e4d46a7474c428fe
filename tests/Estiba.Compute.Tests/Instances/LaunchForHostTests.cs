using System.Text;
using System.Text.Json.Nodes;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute.Tests.Instances;

public sealed class LaunchForHostTests
{
    [Fact]
    public async Task The_agent_gets_the_cluster_from_user_data()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var script = "#!/bin/bash\necho ECS_CLUSTER=subiendo-mi-contenedor >> /etc/ecs/ecs.config\n";
        var id = (await world.RunAsync(1, request => request with { UserData = ComputeWorld.Base64(script) }))[
            0
        ].InstanceId!;
        world.Host.Running[id].Cluster.ShouldBe("subiendo-mi-contenedor");
    }

    [Fact]
    public async Task An_instance_without_user_data_joins_the_default_cluster()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var id = (await world.RunAsync())[0].InstanceId!;
        world.Host.Running[id].Cluster.ShouldBe("default");
    }

    [Fact]
    public async Task The_capacity_is_that_of_the_type_less_what_the_system_takes()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var id = (await world.RunAsync(1, request => request with { InstanceType = "m4.large" }))[0].InstanceId!;
        world.Host.Running[id].Cpu.ShouldBe(2048);
        world.Host.Running[id].MemoryMiB.ShouldBe(7985);
    }

    [Fact]
    public async Task The_identity_document_names_the_instance()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var id = (await world.RunAsync())[0].InstanceId!;
        var document = JsonNode.Parse(world.Host.Running[id].IdentityDocument)!;
        document["instanceId"]!.GetValue<string>().ShouldBe(id);
        document["privateIp"]!.GetValue<string>().ShouldBe("10.66.255.1");
        document["availabilityZone"]!.GetValue<string>().ShouldBe("eu-west-1a");
        document["pendingTime"]!.GetValue<string>().ShouldBe("2025-03-04T05:06:07Z");
    }

    [Fact]
    public async Task The_console_tells_what_was_made_of_user_data()
    {
        await using var world = await ComputeWorld.CreateAsync();
        var id = (await world.RunAsync(1, request => request with { UserData = ComputeWorld.Base64("ECS_CLUSTER=x") }))[
            0
        ].InstanceId!;
        var console = await world.Api.GetConsoleOutputAsync(
            new GetConsoleOutputRequest { InstanceId = id },
            ComputeWorld.Context
        );
        Encoding
            .UTF8.GetString(Convert.FromBase64String(console.Output!))
            .ShouldContain("user data was ignored: its first line, ECS_CLUSTER=x,");
    }
}
