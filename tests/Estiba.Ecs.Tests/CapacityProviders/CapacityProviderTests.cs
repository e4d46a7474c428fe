using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Tests.Clusters;

namespace Estiba.Ecs.Tests.CapacityProviders;

public sealed class CapacityProviderTests
{
    private const string Group = "arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:id:autoScalingGroupName/";

    [Fact]
    public async Task Fargate_is_always_there()
    {
        await using var world = await EcsWorld.CreateAsync();

        (await world.Api.DescribeCapacityProvidersAsync(new DescribeCapacityProvidersRequest(), world.Caller))
            .CapacityProviders!.Select(provider => (provider.Name, provider.Status))
            .ShouldBe([("FARGATE", "ACTIVE"), ("FARGATE_SPOT", "ACTIVE")]);
    }

    [Fact]
    public async Task A_provider_gets_the_defaults_of_ECS()
    {
        await using var world = await EcsWorld.CreateAsync();

        var provider = await CreateAsync(world, "p");

        provider.ShouldSatisfyAllConditions(
            p => p.CapacityProviderArn.ShouldBe("arn:aws:ecs:eu-west-1:123456789012:capacity-provider/p"),
            p => p.Status.ShouldBe("ACTIVE"),
            p => p.AutoScalingGroupProvider!.ManagedTerminationProtection.ShouldBe("DISABLED"),
            p => p.AutoScalingGroupProvider!.ManagedDraining.ShouldBe("ENABLED"),
            p =>
                p.AutoScalingGroupProvider!.ManagedScaling.ShouldBe(
                    new ManagedScaling
                    {
                        Status = "DISABLED",
                        TargetCapacity = 100,
                        MinimumScalingStepSize = 1,
                        MaximumScalingStepSize = 10_000,
                        InstanceWarmupPeriod = 300,
                    }
                )
        );
    }

    [Fact]
    public async Task Those_of_a_cluster_are_described_alone()
    {
        await using var world = await EcsWorld.CreateAsync();
        foreach (var name in new[] { "p", "q" })
            await CreateAsync(world, name);
        await world.Api.CreateClusterAsync(
            new CreateClusterRequest { ClusterName = "c", CapacityProviders = ["q", "FARGATE"] },
            world.Caller
        );

        var all = await world.Api.DescribeCapacityProvidersAsync(
            new DescribeCapacityProvidersRequest { Cluster = "c" },
            world.Caller
        );
        var named = await world.Api.DescribeCapacityProvidersAsync(
            new DescribeCapacityProvidersRequest { Cluster = "c", CapacityProviders = ["p", "q"] },
            world.Caller
        );

        all.CapacityProviders!.Select(provider => provider.Name).ShouldBe(["FARGATE", "q"]);
        named.CapacityProviders!.Select(provider => provider.Name).ShouldBe(["q"]);
        named.Failures!.Select(failure => failure.Reason).ShouldBe(["MISSING"]);
        await ClusterTests.RefusedAsync(
            () =>
                world.Api.DescribeCapacityProvidersAsync(
                    new DescribeCapacityProvidersRequest { Cluster = "none" },
                    world.Caller
                ),
            "ClusterNotFoundException",
            "Cluster not found."
        );
    }

    [Fact]
    public async Task They_are_listed_page_by_page()
    {
        await using var world = await EcsWorld.CreateAsync();
        foreach (var name in new[] { "p", "q", "r" })
            await CreateAsync(world, name);

        var names = new List<string?>();
        for (string? token = null; names.Count == 0 || token is not null; )
        {
            var page = await world.Api.DescribeCapacityProvidersAsync(
                new DescribeCapacityProvidersRequest { MaxResults = 1, NextToken = token },
                world.Caller
            );
            names.AddRange(page.CapacityProviders!.Select(provider => provider.Name));
            token = page.NextToken;
        }

        names.ShouldBe(["FARGATE", "FARGATE_SPOT", "p", "q", "r"]);
    }

    [Fact]
    public async Task A_name_is_used_once()
    {
        await using var world = await EcsWorld.CreateAsync();
        await CreateAsync(world, "p");

        await ClusterTests.RefusedAsync(
            () => CreateAsync(world, "p"),
            "ClientException",
            "The specified capacity provider already exists. To change the configuration of an existing capacity "
                + "provider, update the capacity provider."
        );
    }

    [Theory]
    [InlineData("aws-one")]
    [InlineData("ECS")]
    [InlineData("fargate2")]
    [InlineData("a b")]
    public async Task A_name_that_cannot_be_one_is_refused(string name)
    {
        await using var world = await EcsWorld.CreateAsync();

        (await Should.ThrowAsync<Contracts.AwsException>(() => CreateAsync(world, name))).Message.ShouldStartWith(
            "The specified capacity provider name is invalid."
        );
    }

    [Fact]
    public async Task An_update_changes_what_it_names()
    {
        await using var world = await EcsWorld.CreateAsync();
        await CreateAsync(world, "p");

        var updated = await world.Api.UpdateCapacityProviderAsync(
            new UpdateCapacityProviderRequest
            {
                Name = "p",
                AutoScalingGroupProvider = new AutoScalingGroupProviderUpdate
                {
                    ManagedScaling = new ManagedScaling { TargetCapacity = 80 },
                },
            },
            world.Caller
        );

        updated.CapacityProvider!.ShouldSatisfyAllConditions(
            provider => provider.AutoScalingGroupProvider!.ManagedScaling!.TargetCapacity.ShouldBe(80),
            provider => provider.AutoScalingGroupProvider!.ManagedScaling!.InstanceWarmupPeriod.ShouldBe(300),
            provider => provider.UpdateStatus.ShouldBe("UPDATE_COMPLETE")
        );
    }

    [Fact]
    public async Task A_cluster_uses_only_providers_that_exist()
    {
        await using var world = await EcsWorld.CreateAsync();
        await ClusterTests.CreateAsync(world, "c");

        await ClusterTests.RefusedAsync(
            () => PutAsync(world, ["none"]),
            "InvalidParameterException",
            "The specified capacity provider does not exist. Specify a valid name or ARN and try again."
        );
    }

    [Fact]
    public async Task A_default_strategy_uses_only_the_clusters_providers()
    {
        await using var world = await EcsWorld.CreateAsync();
        await ClusterTests.CreateAsync(world, "c");

        await ClusterTests.RefusedAsync(
            () =>
                PutAsync(
                    world,
                    ["FARGATE"],
                    new CapacityProviderStrategyItem { CapacityProvider = "FARGATE_SPOT", Weight = 1 }
                ),
            "InvalidParameterException",
            "The specified capacity provider strategy cannot contain a capacity provider that is not associated "
                + "with the cluster. Associate the capacity provider with the cluster or specify a valid capacity "
                + "provider and try again."
        );
    }

    [Fact]
    public async Task A_clusters_strategy_is_kept()
    {
        await using var world = await EcsWorld.CreateAsync();
        await ClusterTests.CreateAsync(world, "c");
        await CreateAsync(world, "p");

        var cluster = (
            await PutAsync(
                world,
                ["p", "FARGATE"],
                new CapacityProviderStrategyItem { CapacityProvider = "p", Weight = 1 }
            )
        ).Cluster!;

        cluster.CapacityProviders.ShouldBe(["p", "FARGATE"]);
        cluster
            .DefaultCapacityProviderStrategy!.Single()
            .ShouldBe(
                new CapacityProviderStrategyItem
                {
                    CapacityProvider = "p",
                    Weight = 1,
                    Base = 0,
                }
            );
    }

    [Fact]
    public async Task A_provider_in_use_is_not_deleted()
    {
        await using var world = await EcsWorld.CreateAsync();
        await ClusterTests.CreateAsync(world, "c");
        await CreateAsync(world, "p");
        await PutAsync(world, ["p"]);

        await ClusterTests.RefusedAsync(
            () => DeleteAsync(world, "p"),
            "ClientException",
            "The capacity provider cannot be deleted because it is associated with cluster: c. Remove the "
                + "capacity provider from the cluster and try again."
        );
    }

    [Fact]
    public async Task A_deleted_provider_is_inactive_for_a_while_and_its_name_is_free()
    {
        await using var world = await EcsWorld.CreateAsync();
        await CreateAsync(world, "p");

        (await DeleteAsync(world, "p")).CapacityProvider!.ShouldSatisfyAllConditions(
            provider => provider.Status.ShouldBe("INACTIVE"),
            provider => provider.UpdateStatus.ShouldBe("DELETE_COMPLETE")
        );
        (await CreateAsync(world, "p")).Status.ShouldBe("ACTIVE");
    }

    [Fact]
    public async Task Fargate_is_not_deleted()
    {
        await using var world = await EcsWorld.CreateAsync();

        await ClusterTests.RefusedAsync(
            () => DeleteAsync(world, "FARGATE"),
            "ClientException",
            "The specified capacity provider is reserved and cannot be deleted."
        );
    }

    [Fact]
    public async Task Named_providers_are_described_and_others_missing()
    {
        await using var world = await EcsWorld.CreateAsync();
        await CreateAsync(world, "p");

        var answer = await world.Api.DescribeCapacityProvidersAsync(
            new DescribeCapacityProvidersRequest { CapacityProviders = ["p", "FARGATE", "none"] },
            world.Caller
        );

        answer.CapacityProviders!.Select(provider => provider.Name).ShouldBe(["p", "FARGATE"]);
        answer.Failures!.Single().Reason.ShouldBe("MISSING");
    }

    [Fact]
    public async Task A_group_has_one_provider()
    {
        await using var world = await EcsWorld.CreateAsync();
        await CreateAsync(world, "p", "g");
        foreach (var group in new[] { "g", Group + "g" })
        {
            var refused = await Should.ThrowAsync<AwsException>(() => CreateAsync(world, "q", group));
            refused.Code.ShouldBe("ClientException");
            refused.Message.ShouldContain("already being used by another capacity provider");
        }

        await DeleteAsync(world, "p");
        (await CreateAsync(world, "q", Group + "g")).Status.ShouldBe("ACTIVE");
    }

    private static async Task<CapacityProvider> CreateAsync(EcsWorld world, string name, string? group = null) =>
        (
            await world.Api.CreateCapacityProviderAsync(
                new CreateCapacityProviderRequest
                {
                    Name = name,
                    AutoScalingGroupProvider = new AutoScalingGroupProvider
                    {
                        AutoScalingGroupArn = group ?? Group + name,
                    },
                },
                world.Caller
            )
        ).CapacityProvider!;

    private static Task<PutClusterCapacityProvidersResponse> PutAsync(
        EcsWorld world,
        IReadOnlyList<string> providers,
        params CapacityProviderStrategyItem[] strategy
    ) =>
        world.Api.PutClusterCapacityProvidersAsync(
            new PutClusterCapacityProvidersRequest
            {
                Cluster = "c",
                CapacityProviders = providers,
                DefaultCapacityProviderStrategy = strategy,
            },
            world.Caller
        );

    private static Task<DeleteCapacityProviderResponse> DeleteAsync(EcsWorld world, string name) =>
        world.Api.DeleteCapacityProviderAsync(
            new DeleteCapacityProviderRequest { CapacityProvider = name },
            world.Caller
        );
}
