using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Clusters;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Ecs;

/// <content>Daemons, gateways and express gateway services, which nobody can make here yet: whoever asks is told,
/// truthfully, that there is none.</content>
public sealed partial class EcsApi
{
    private const string IsMissing = "MISSING";

    /// <inheritdoc />
    public Task<ListDaemonsResponse> ListDaemonsAsync(
        ListDaemonsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (request.ClusterArn is { } cluster)
            _ = ClusterNames.Require(_store.Current, Scope.Of(context), cluster);
        return Task.FromResult(new ListDaemonsResponse { DaemonSummariesList = [] });
    }

    /// <inheritdoc />
    public Task<DescribeDaemonResponse> DescribeDaemonAsync(
        DescribeDaemonRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw EcsErrors.DaemonNotFoundException("Daemon not found.");

    /// <inheritdoc />
    public Task<ListDaemonDeploymentsResponse> ListDaemonDeploymentsAsync(
        ListDaemonDeploymentsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => Task.FromResult(new ListDaemonDeploymentsResponse { DaemonDeployments = [] });

    /// <inheritdoc />
    public Task<DescribeDaemonDeploymentsResponse> DescribeDaemonDeploymentsAsync(
        DescribeDaemonDeploymentsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new DescribeDaemonDeploymentsResponse
            {
                DaemonDeployments = [],
                Failures = AllMissing(request.DaemonDeploymentArns!),
            }
        );

    /// <inheritdoc />
    public Task<DescribeDaemonRevisionsResponse> DescribeDaemonRevisionsAsync(
        DescribeDaemonRevisionsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new DescribeDaemonRevisionsResponse
            {
                DaemonRevisions = [],
                Failures = AllMissing(request.DaemonRevisionArns!),
            }
        );

    /// <inheritdoc />
    public Task<ListDaemonTaskDefinitionsResponse> ListDaemonTaskDefinitionsAsync(
        ListDaemonTaskDefinitionsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => Task.FromResult(new ListDaemonTaskDefinitionsResponse { DaemonTaskDefinitions = [] });

    /// <inheritdoc />
    public Task<DescribeDaemonTaskDefinitionResponse> DescribeDaemonTaskDefinitionAsync(
        DescribeDaemonTaskDefinitionRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw EcsErrors.ClientException("Unable to describe daemon task definition.");

    /// <inheritdoc />
    public Task<DescribeExpressGatewayServiceResponse> DescribeExpressGatewayServiceAsync(
        DescribeExpressGatewayServiceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw EcsErrors.ResourceNotFoundException("Service not found.");

    /// <inheritdoc />
    public Task<ListGatewaysResponse> ListGatewaysAsync(
        ListGatewaysRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => Task.FromResult(new ListGatewaysResponse { Gateways = [] });

    /// <inheritdoc />
    public Task<DescribeGatewayResponse> DescribeGatewayAsync(
        DescribeGatewayRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoGateway();

    /// <inheritdoc />
    public Task<DescribeGatewayResourcesResponse> DescribeGatewayResourcesAsync(
        DescribeGatewayResourcesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoGateway();

    /// <inheritdoc />
    public Task<ListGatewayClusterAssociationsResponse> ListGatewayClusterAssociationsAsync(
        ListGatewayClusterAssociationsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => Task.FromResult(new ListGatewayClusterAssociationsResponse { GatewayClusterAssociations = [] });

    /// <inheritdoc />
    public Task<ListGatewayRoutesResponse> ListGatewayRoutesAsync(
        ListGatewayRoutesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        request.Gateway is null
            ? Task.FromResult(new ListGatewayRoutesResponse { GatewayRoutes = [] })
            : throw NoGateway();

    /// <inheritdoc />
    public Task<DescribeGatewayRouteResponse> DescribeGatewayRouteAsync(
        DescribeGatewayRouteRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw EcsErrors.ResourceNotFoundException("Gateway route not found.");

    private static IReadOnlyList<Failure> AllMissing(IReadOnlyList<string> arns) =>
        [.. arns.Select(arn => new Failure { Arn = arn, Reason = IsMissing })];

    private static AwsException NoGateway() => EcsErrors.GatewayNotFoundException("Gateway not found.");
}
