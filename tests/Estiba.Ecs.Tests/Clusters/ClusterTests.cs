using Estiba.Contracts;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Tests.Clusters;

public sealed class ClusterTests
{
    [Fact]
    public async Task A_new_cluster_is_active_and_empty()
    {
        await using var world = await EcsWorld.CreateAsync();

        var cluster = (
            await world.Api.CreateClusterAsync(
                new CreateClusterRequest { ClusterName = "c", Tags = [new Tag { Key = "k", Value = "v" }] },
                world.Caller
            )
        ).Cluster!;

        ShapeJson
            .ToText(cluster)
            .ShouldBe(
                """{"clusterArn":"arn:aws:ecs:eu-west-1:123456789012:cluster/c","clusterName":"c","status":"ACTIVE","registeredContainerInstancesCount":0,"runningTasksCount":0,"pendingTasksCount":0,"activeServicesCount":0,"statistics":[],"tags":[{"key":"k","value":"v"}],"settings":[{"name":"containerInsights","value":"disabled"}],"capacityProviders":[],"defaultCapacityProviderStrategy":[]}"""
            );
    }

    [Fact]
    public async Task Without_a_name_it_is_the_default_cluster()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.Api.CreateClusterAsync(new CreateClusterRequest(), world.Caller);

        (await DescribeAsync(world)).Clusters!.Single().ClusterName.ShouldBe("default");
    }

    [Fact]
    public async Task Creating_a_cluster_again_gives_the_same()
    {
        await using var world = await EcsWorld.CreateAsync();
        await CreateAsync(world, "c");
        await CreateAsync(world, "c");

        (await world.Api.ListClustersAsync(new ListClustersRequest(), world.Caller)).ClusterArns!.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Creating_a_cluster_again_with_other_arguments_is_refused()
    {
        await using var world = await EcsWorld.CreateAsync();
        await CreateAsync(world, "c");

        await RefusedAsync(
            () =>
                world.Api.CreateClusterAsync(
                    new CreateClusterRequest { ClusterName = "c", CapacityProviders = ["FARGATE"] },
                    world.Caller
                ),
            "InvalidParameterException",
            "Arguments on this idempotent request are inconsistent with arguments used in previous request(s)."
        );
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("arn:aws:ecs:eu-west-1:123456789012:cluster/c")]
    public async Task A_name_that_cannot_be_one_is_refused(string name)
    {
        await using var world = await EcsWorld.CreateAsync();

        (await Should.ThrowAsync<AwsException>(() => CreateAsync(world, name))).Code.ShouldBe(
            "InvalidParameterException"
        );
    }

    [Fact]
    public async Task A_cluster_that_is_not_there_is_missing()
    {
        await using var world = await EcsWorld.CreateAsync();

        (await DescribeAsync(world, ["none"])).ShouldSatisfyAllConditions(
            answer => answer.Clusters.ShouldBeEmpty(),
            answer =>
                answer
                    .Failures!.Single()
                    .ShouldBe(
                        new Failure { Arn = "arn:aws:ecs:eu-west-1:123456789012:cluster/none", Reason = "MISSING" }
                    )
        );
    }

    [Fact]
    public async Task Fields_show_only_when_asked_for()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.Api.CreateClusterAsync(
            new CreateClusterRequest { ClusterName = "c", Tags = [new Tag { Key = "k", Value = "v" }] },
            world.Caller
        );

        (await DescribeAsync(world, ["c"]))
            .Clusters!.Single()
            .ShouldSatisfyAllConditions(
                cluster => cluster.Tags.ShouldBeEmpty(),
                cluster => cluster.Settings.ShouldBeEmpty()
            );
        (await DescribeAsync(world, ["c"], ["TAGS", "SETTINGS"]))
            .Clusters!.Single()
            .ShouldSatisfyAllConditions(
                cluster => cluster.Tags!.Count.ShouldBe(1),
                cluster => cluster.Settings!.Count.ShouldBe(1)
            );
    }

    [Fact]
    public async Task What_is_in_a_cluster_is_counted()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired: 2);
        await world.ObeyAsync();
        await world.Api.RunTaskAsync(new RunTaskRequest { TaskDefinition = "web" }, world.Caller);

        var cluster = (await DescribeAsync(world, null, ["STATISTICS"])).Clusters!.Single();

        cluster.RegisteredContainerInstancesCount.ShouldBe(1);
        cluster.ActiveServicesCount.ShouldBe(1);
        cluster.RunningTasksCount.ShouldBe(2);
        cluster.PendingTasksCount.ShouldBe(1);
        cluster
            .Statistics!.Where(statistic => statistic.Value != "0")
            .Select(statistic => $"{statistic.Name}={statistic.Value}")
            .ShouldBe(["runningEC2TasksCount=2", "pendingEC2TasksCount=1", "activeEC2ServiceCount=1"]);
    }

    [Fact]
    public async Task A_deleted_cluster_is_inactive_and_not_listed()
    {
        await using var world = await EcsWorld.CreateAsync();
        await CreateAsync(world, "c");

        (
            await world.Api.DeleteClusterAsync(new DeleteClusterRequest { Cluster = "c" }, world.Caller)
        ).Cluster!.Status.ShouldBe("INACTIVE");

        (await world.Api.ListClustersAsync(new ListClustersRequest(), world.Caller)).ClusterArns.ShouldBeEmpty();
        (await DescribeAsync(world, ["c"])).Clusters!.Single().Status.ShouldBe("INACTIVE");
        await RefusedAsync(
            () => world.Api.ListServicesAsync(new ListServicesRequest { Cluster = "c" }, world.Caller),
            "ClusterNotFoundException",
            "The referenced cluster was inactive."
        );
    }

    [Fact]
    public async Task A_deleted_cluster_is_forgotten_after_a_while()
    {
        await using var world = await EcsWorld.CreateAsync();
        await CreateAsync(world, "c");
        await world.Api.DeleteClusterAsync(new DeleteClusterRequest { Cluster = "c" }, world.Caller);
        world.Clock.Advance(TimeSpan.FromHours(2));
        await world.SweepAsync();

        (await DescribeAsync(world, ["c"])).Failures!.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_deleted_cluster_comes_back_as_new()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.Api.CreateClusterAsync(
            new CreateClusterRequest { ClusterName = "c", Tags = [new Tag { Key = "k", Value = "v" }] },
            world.Caller
        );
        await world.Api.DeleteClusterAsync(new DeleteClusterRequest { Cluster = "c" }, world.Caller);
        await CreateAsync(world, "c");

        (await DescribeAsync(world, ["c"], ["TAGS"]))
            .Clusters!.Single()
            .ShouldSatisfyAllConditions(
                cluster => cluster.Status.ShouldBe("ACTIVE"),
                cluster => cluster.Tags.ShouldBeEmpty()
            );
    }

    [Fact]
    public async Task Deleting_what_is_not_there_is_refused()
    {
        await using var world = await EcsWorld.CreateAsync();

        await RefusedAsync(
            () => world.Api.DeleteClusterAsync(new DeleteClusterRequest { Cluster = "c" }, world.Caller),
            "ClusterNotFoundException",
            "Cluster not found."
        );
    }

    [Fact]
    public async Task A_cluster_is_emptied_before_it_is_deleted()
    {
        await using var world = await EcsWorld.CreateAsync();
        var instance = await world.AddInstanceAsync();
        await world.RegisterAsync();
        await world.CreateServiceAsync(desired: 0);
        var delete = () => world.Api.DeleteClusterAsync(new DeleteClusterRequest { Cluster = "default" }, world.Caller);

        await RefusedAsync(
            delete,
            "ClusterContainsServicesException",
            "The Cluster cannot be deleted while Services are active."
        );

        await world.Api.DeleteServiceAsync(new DeleteServiceRequest { Service = "s" }, world.Caller);
        await world.ObeyAsync();
        await RefusedAsync(
            delete,
            "ClusterContainsContainerInstancesException",
            "The Cluster cannot be deleted while Container Instances are active or draining."
        );

        await world.Api.DeregisterContainerInstanceAsync(
            new DeregisterContainerInstanceRequest { ContainerInstance = instance },
            world.Caller
        );
        await delete();
    }

    [Fact]
    public async Task Settings_are_changed_one_by_one()
    {
        await using var world = await EcsWorld.CreateAsync();
        await CreateAsync(world, "c");

        var cluster = await world.Api.UpdateClusterSettingsAsync(
            new UpdateClusterSettingsRequest
            {
                Cluster = "c",
                Settings = [new ClusterSetting { Name = "containerInsights", Value = "enhanced" }],
            },
            world.Caller
        );

        cluster.Cluster!.Settings!.Single().Value.ShouldBe("enhanced");
    }

    [Fact]
    public async Task A_setting_cannot_have_any_value()
    {
        await using var world = await EcsWorld.CreateAsync();
        await CreateAsync(world, "c");

        await RefusedAsync(
            () =>
                world.Api.UpdateClusterAsync(
                    new UpdateClusterRequest
                    {
                        Cluster = "c",
                        Settings = [new ClusterSetting { Name = "containerInsights", Value = "enhaced" }],
                    },
                    world.Caller
                ),
            "InvalidParameterException",
            "Invalid setting 'value'"
        );
    }

    [Fact]
    public async Task A_cluster_takes_the_accounts_setting_where_it_has_none()
    {
        await using var world = await EcsWorld.CreateAsync();
        await world.Api.PutAccountSettingDefaultAsync(
            new PutAccountSettingDefaultRequest { Name = "containerInsights", Value = "enabled" },
            world.Caller
        );

        (await world.Api.CreateClusterAsync(new CreateClusterRequest { ClusterName = "c" }, world.Caller))
            .Cluster!.Settings!.Single()
            .Value.ShouldBe("enabled");
    }

    [Fact]
    public async Task Clusters_are_listed_in_pages()
    {
        await using var world = await EcsWorld.CreateAsync();
        foreach (var name in (string[])["c", "a", "b"])
            await CreateAsync(world, name);

        var first = await world.Api.ListClustersAsync(new ListClustersRequest { MaxResults = 2 }, world.Caller);
        var second = await world.Api.ListClustersAsync(
            new ListClustersRequest { MaxResults = 2, NextToken = first.NextToken },
            world.Caller
        );

        first.ClusterArns!.Concat(second.ClusterArns!).Select(arn => arn[^1]).ShouldBe(['a', 'b', 'c']);
        second.NextToken.ShouldBeNull();
    }

    internal static Task CreateAsync(EcsWorld world, string name) =>
        world.Api.CreateClusterAsync(new CreateClusterRequest { ClusterName = name }, world.Caller);

    internal static async Task RefusedAsync<T>(Func<Task<T>> operation, string code, string message)
    {
        var error = await Should.ThrowAsync<AwsException>(operation);

        error.ShouldSatisfyAllConditions(e => e.Code.ShouldBe(code), e => e.Message.ShouldBe(message));
    }

    private static Task<DescribeClustersResponse> DescribeAsync(
        EcsWorld world,
        IReadOnlyList<string>? names = null,
        IReadOnlyList<string>? include = null
    ) =>
        world.Api.DescribeClustersAsync(
            new DescribeClustersRequest { Clusters = names, Include = include },
            world.Caller
        );
}
