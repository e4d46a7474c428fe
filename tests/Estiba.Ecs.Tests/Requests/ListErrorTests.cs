using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using static Estiba.Ecs.Tests.Requests.RequestErrors;

namespace Estiba.Ecs.Tests.Requests;

/// <summary>The words that ECS has for descriptions and lists that cannot be.</summary>
public sealed class ListErrorTests
{
    private const string NoTask = "0123456789abcdef0123456789abcdef";

    [Fact]
    public Task Nothing_to_describe() =>
        RefusedAsync(
            ("Tasks cannot be empty.", world =>
                world.Api.DescribeTasksAsync(new DescribeTasksRequest { Tasks = [] }, world.Caller)
            ),
            ("Services cannot be empty.", world =>
                world.Api.DescribeServicesAsync(new DescribeServicesRequest { Services = [] }, world.Caller)
            ),
            ("Container instance cannot be empty.", world =>
                world.Api.DescribeContainerInstancesAsync(
                    new DescribeContainerInstancesRequest { ContainerInstances = [] },
                    world.Caller
                )
            )
        );

    [Fact]
    public async Task A_token_of_the_same_list_with_other_parameters_or_of_another_region()
    {
        await using var world = await CreateAsync();
        var list = new ListAccountSettingsRequest { EffectiveSettings = true, MaxResults = 1 };
        var token = (await world.Api.ListAccountSettingsAsync(list, world.Caller)).NextToken;
        await world.Api.ListAccountSettingsAsync(list with { NextToken = token, MaxResults = 2 }, world.Caller);

        foreach (
            var (request, caller) in new[]
            {
                (list with { EffectiveSettings = null }, world.Caller),
                (list, world.Caller with { Region = "us-east-1" }),
            }
        )
        {
            var error = await Should.ThrowAsync<AwsException>(() =>
                world.Api.ListAccountSettingsAsync(request with { NextToken = token }, caller)
            );
            (error.Code, error.Message).ShouldBe(("InvalidParameterException", "Invalid token " + token));
        }
    }

    [Fact]
    public async Task A_token_of_another_list()
    {
        await using var world = await CreateAsync();
        await world.Api.CreateClusterAsync(new CreateClusterRequest { ClusterName = "another" }, world.Caller);
        var token = (
            await world.Api.ListClustersAsync(new ListClustersRequest { MaxResults = 1 }, world.Caller)
        ).NextToken;

        foreach (var other in new[] { token, "xxxx", "" })
        {
            var error = await Should.ThrowAsync<AwsException>(() =>
                world.Api.ListTasksAsync(new ListTasksRequest { NextToken = other }, world.Caller)
            );
            (error.Code, error.Message).ShouldBe(("InvalidParameterException", "Invalid token " + other));
        }
    }

    [Fact]
    public async Task Tasks_of_a_daemon_are_none()
    {
        await using var world = await CreateAsync();
        await Run(request => request)(world);

        (
            await world.Api.ListTasksAsync(new ListTasksRequest { DaemonName = "d" }, world.Caller)
        ).TaskArns.ShouldBeEmpty();
    }

    [Fact]
    public Task Too_much_to_describe() =>
        RefusedAsync(
            ("taskIds can have at most 100 items.", world =>
                world.Api.DescribeTasksAsync(new DescribeTasksRequest { Tasks = Names(101) }, world.Caller)
            ),
            ("service names can have at most 10 items.", world =>
                world.Api.DescribeServicesAsync(new DescribeServicesRequest { Services = Names(11) }, world.Caller)
            ),
            ("instanceIds can have at most 100 items.", world =>
                world.Api.DescribeContainerInstancesAsync(
                    new DescribeContainerInstancesRequest { ContainerInstances = Names(101) },
                    world.Caller
                )
            ),
            ("capacityProviders can have at most 100 items.", world =>
                world.Api.DescribeCapacityProvidersAsync(
                    new DescribeCapacityProvidersRequest { CapacityProviders = Names(101) },
                    world.Caller
                )
            ),
            ("clusters can have at most 100 items.", world =>
                world.Api.DescribeClustersAsync(new DescribeClustersRequest { Clusters = Names(101) }, world.Caller)
            )
        );

    [Fact]
    public async Task What_is_not_there_is_described_as_missing()
    {
        await using var world = await CreateAsync();

        var failures = (
            await world.Api.DescribeTasksAsync(
                new DescribeTasksRequest
                {
                    Tasks = [NoTask, "arn:aws:ecs:eu-west-1:999999999999:task/default/" + NoTask],
                },
                world.Caller
            )
        ).Failures!;

        failures
            .Select(failure => (failure.Arn, failure.Reason))
            .ShouldBe([
                ("arn:aws:ecs:eu-west-1:123456789012:task/default/" + NoTask, "MISSING"),
                ("arn:aws:ecs:eu-west-1:999999999999:task/default/" + NoTask, "MISSING"),
            ]);
    }

    [Fact]
    public async Task Nothing_is_an_Express_service_whose_resources_ECS_manages()
    {
        await using var world = await CreateAsync();
        await world.CreateServiceAsync(1);

        (
            await world.Api.ListServicesAsync(new ListServicesRequest { ResourceManagementType = "ECS" }, world.Caller)
        ).ServiceArns.ShouldBeEmpty();
        (
            await world.Api.ListServicesAsync(
                new ListServicesRequest { ResourceManagementType = "CUSTOMER" },
                world.Caller
            )
        ).ServiceArns!.Count.ShouldBe(1);
    }

    [Fact]
    public Task A_filter_of_blanks() =>
        RefusedAsync(
            ("Filter can not be blank.", world =>
                world.Api.ListContainerInstancesAsync(
                    new ListContainerInstancesRequest { Filter = "   " },
                    world.Caller
                )
            )
        );

    [Fact]
    public async Task The_arn_of_something_in_another_cluster()
    {
        await using var world = await CreateAsync();
        await world.CreateServiceAsync(desired: 0);
        await world.Api.CreateClusterAsync(new CreateClusterRequest { ClusterName = "other" }, world.Caller);
        var arn = (await world.ServiceAsync()).ServiceArn!;

        var error = await Should.ThrowAsync<AwsException>(() =>
            world.Api.DescribeServicesAsync(
                new DescribeServicesRequest { Cluster = "other", Services = [arn] },
                world.Caller
            )
        );

        (error.Code, error.Message).ShouldBe(
            (
                "InvalidParameterException",
                "Invalid identifier: Identifier is for cluster default. Your cluster is other"
            )
        );
    }
}
