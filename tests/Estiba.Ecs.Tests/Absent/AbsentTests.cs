using Estiba.Contracts;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Tests.Absent;

/// <summary>Daemons, gateways and express services: what nobody can make here is read as "none".</summary>
public sealed class AbsentTests
{
    private const string Daemon = "arn:aws:ecs:eu-west-1:123456789012:daemon/default/logs";
    private const string Revision = "arn:aws:ecs:eu-west-1:123456789012:daemon-revision/default/logs/1";

    [Fact]
    public async Task Lists_of_what_there_is_none_of_are_empty()
    {
        await using var world = await EcsWorld.CreateAsync();
        var (api, caller) = (world.Api, world.Caller);
        await api.CreateClusterAsync(new() { ClusterName = "default" }, caller);

        (await api.ListDaemonsAsync(new() { ClusterArn = "default" }, caller)).DaemonSummariesList.ShouldBeEmpty();
        (await api.ListDaemonDeploymentsAsync(new() { DaemonArn = Daemon }, caller)).DaemonDeployments.ShouldBeEmpty();
        (await api.ListDaemonTaskDefinitionsAsync(new(), caller)).DaemonTaskDefinitions.ShouldBeEmpty();
        (await api.ListGatewaysAsync(new(), caller)).Gateways.ShouldBeEmpty();
        (await api.ListGatewayClusterAssociationsAsync(new(), caller)).GatewayClusterAssociations.ShouldBeEmpty();
        (await api.ListGatewayRoutesAsync(new(), caller)).GatewayRoutes.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_described_by_name_and_not_there_is_a_failure()
    {
        await using var world = await EcsWorld.CreateAsync();

        var revisions = await world.Api.DescribeDaemonRevisionsAsync(
            new() { DaemonRevisionArns = [Revision] },
            world.Caller
        );
        var deployments = await world.Api.DescribeDaemonDeploymentsAsync(
            new() { DaemonDeploymentArns = [Revision] },
            world.Caller
        );

        revisions.DaemonRevisions.ShouldBeEmpty();
        revisions.Failures.ShouldBe([new Failure { Arn = Revision, Reason = "MISSING" }]);
        deployments.DaemonDeployments.ShouldBeEmpty();
        deployments.Failures.ShouldBe([new Failure { Arn = Revision, Reason = "MISSING" }]);
    }

    [Theory]
    [InlineData("daemon", "DaemonNotFoundException")]
    [InlineData("daemon task definition", "ClientException")]
    [InlineData("daemons of no cluster", "ClusterNotFoundException")]
    [InlineData("express service", "ResourceNotFoundException")]
    [InlineData("gateway", "GatewayNotFoundException")]
    [InlineData("resources of a gateway", "GatewayNotFoundException")]
    [InlineData("routes of a gateway", "GatewayNotFoundException")]
    [InlineData("route", "ResourceNotFoundException")]
    public async Task One_that_is_asked_for_does_not_exist(string what, string code)
    {
        await using var world = await EcsWorld.CreateAsync();
        var (api, caller) = (world.Api, world.Caller);
        Func<Task> call = what switch
        {
            "daemon" => () => api.DescribeDaemonAsync(new() { DaemonArn = Daemon }, caller),
            "daemon task definition" => () =>
                api.DescribeDaemonTaskDefinitionAsync(new() { DaemonTaskDefinition = "logs" }, caller),
            "daemons of no cluster" => () => api.ListDaemonsAsync(new() { ClusterArn = "nowhere" }, caller),
            "express service" => () => api.DescribeExpressGatewayServiceAsync(new() { ServiceArn = "s" }, caller),
            "gateway" => () => api.DescribeGatewayAsync(new() { Gateway = "g" }, caller),
            "resources of a gateway" => () => api.DescribeGatewayResourcesAsync(new() { Gateway = "g" }, caller),
            "routes of a gateway" => () => api.ListGatewayRoutesAsync(new() { Gateway = "g" }, caller),
            _ => () => api.DescribeGatewayRouteAsync(new() { GatewayRouteArn = "r" }, caller),
        };

        (await Should.ThrowAsync<AwsException>(call)).Code.ShouldBe(code);
    }
}
