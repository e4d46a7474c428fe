using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Tests.Services;

/// <summary>What a service shows of a network: nothing where its tasks have none of their own.</summary>
public sealed class ServiceNetworkTests
{
    [Fact]
    public async Task A_service_without_awsvpc_shows_no_network_configuration_even_if_an_empty_one_was_sent()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.Api.CreateClusterAsync(new CreateClusterRequest(), world.Caller);
        await world.RegisterAsync();
        await world.CreateServiceAsync(1, with: request =>
            request with
            {
                NetworkConfiguration = new NetworkConfiguration(),
            }
        );
        await world.Api.UpdateServiceAsync(
            new UpdateServiceRequest { Service = "s", NetworkConfiguration = new NetworkConfiguration() },
            world.Caller
        );

        var service = await world.ServiceAsync();

        service.NetworkConfiguration.ShouldBeNull();
        service.Deployments!.ShouldHaveSingleItem().NetworkConfiguration.ShouldBeNull();
    }

    [Fact]
    public async Task A_service_with_awsvpc_shows_it_with_what_was_left_out_filled_in()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.Api.CreateClusterAsync(new CreateClusterRequest(), world.Caller);
        await world.Api.RegisterTaskDefinitionAsync(
            new RegisterTaskDefinitionRequest
            {
                Family = "web",
                NetworkMode = "awsvpc",
                ContainerDefinitions =
                [
                    new ContainerDefinition
                    {
                        Name = "web",
                        Image = "nginx",
                        Memory = 64,
                    },
                ],
            },
            world.Caller
        );
        await world.CreateServiceAsync(1, with: request =>
            request with
            {
                NetworkConfiguration = new NetworkConfiguration
                {
                    AwsvpcConfiguration = new AwsVpcConfiguration { Subnets = ["subnet-1"] },
                },
            }
        );

        var service = await world.ServiceAsync();

        service.NetworkConfiguration!.AwsvpcConfiguration!.ShouldSatisfyAllConditions(
            network => network.Subnets!.ShouldBe(["subnet-1"]),
            network => network.SecurityGroups!.ShouldBeEmpty(),
            network => network.AssignPublicIp.ShouldBe("DISABLED")
        );
        service
            .Deployments!.ShouldHaveSingleItem()
            .NetworkConfiguration!.AwsvpcConfiguration!.Subnets!.ShouldBe(["subnet-1"]);
    }

    [Theory]
    [InlineData("eu-west-1", "aws")]
    [InlineData("cn-northwest-1", "aws-cn")]
    [InlineData("us-gov-east-1", "aws-us-gov")]
    [InlineData("us-iso-east-1", "aws-iso")]
    public async Task The_partition_of_the_region_is_in_every_ARN(string region, string partition)
    {
        await using var world = await EcsWorld.CreateAsync();
        var caller = EcsWorld.Account("123456789012", region);

        var cluster = (
            await world.Api.CreateClusterAsync(new CreateClusterRequest { ClusterName = "c" }, caller)
        ).Cluster!;
        var settings = (
            await world.Api.ListAccountSettingsAsync(
                new ListAccountSettingsRequest { EffectiveSettings = true },
                caller
            )
        ).Settings!;

        cluster.ClusterArn.ShouldBe($"arn:{partition}:ecs:{region}:123456789012:cluster/c");
        (
            await world.Api.DescribeClustersAsync(
                new DescribeClustersRequest { Clusters = [cluster.ClusterArn!] },
                caller
            )
        )
            .Clusters!.Single()
            .ClusterName.ShouldBe("c");
        settings.ShouldAllBe(setting => setting.PrincipalArn == $"arn:{partition}:iam::123456789012:root");
    }
}
