using Estiba.Contracts;
using Estiba.Contracts.Logs;

namespace Estiba.Logs;

/// <content>Deliveries of vended logs and integrations: there are none, and every read says so.</content>
public sealed partial class LogsApi
{
    /// <inheritdoc />
    public Task<DescribeDeliveriesResponse> DescribeDeliveriesAsync(
        DescribeDeliveriesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => Task.FromResult(new DescribeDeliveriesResponse { Deliveries = [] });

    /// <inheritdoc />
    public Task<GetDeliveryResponse> GetDeliveryAsync(
        GetDeliveryRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoSuch("delivery");

    /// <inheritdoc />
    public Task<DeleteDeliveryResponse> DeleteDeliveryAsync(
        DeleteDeliveryRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoSuch("delivery");

    /// <inheritdoc />
    public Task<DescribeDeliverySourcesResponse> DescribeDeliverySourcesAsync(
        DescribeDeliverySourcesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => Task.FromResult(new DescribeDeliverySourcesResponse { DeliverySources = [] });

    /// <inheritdoc />
    public Task<GetDeliverySourceResponse> GetDeliverySourceAsync(
        GetDeliverySourceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoSuch("delivery source");

    /// <inheritdoc />
    public Task<DeleteDeliverySourceResponse> DeleteDeliverySourceAsync(
        DeleteDeliverySourceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoSuch("delivery source");

    /// <inheritdoc />
    public Task<DescribeDeliveryDestinationsResponse> DescribeDeliveryDestinationsAsync(
        DescribeDeliveryDestinationsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => Task.FromResult(new DescribeDeliveryDestinationsResponse { DeliveryDestinations = [] });

    /// <inheritdoc />
    public Task<GetDeliveryDestinationResponse> GetDeliveryDestinationAsync(
        GetDeliveryDestinationRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoSuch("delivery destination");

    /// <inheritdoc />
    public Task<DeleteDeliveryDestinationResponse> DeleteDeliveryDestinationAsync(
        DeleteDeliveryDestinationRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoSuch("delivery destination");

    /// <inheritdoc />
    public Task<GetDeliveryDestinationPolicyResponse> GetDeliveryDestinationPolicyAsync(
        GetDeliveryDestinationPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoSuch("delivery destination");

    /// <inheritdoc />
    public Task<DeleteDeliveryDestinationPolicyResponse> DeleteDeliveryDestinationPolicyAsync(
        DeleteDeliveryDestinationPolicyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoSuch("delivery destination");

    /// <inheritdoc />
    /// <remarks>No service delivers its logs here, so there is nothing that a delivery could be made from.</remarks>
    public Task<DescribeConfigurationTemplatesResponse> DescribeConfigurationTemplatesAsync(
        DescribeConfigurationTemplatesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => Task.FromResult(new DescribeConfigurationTemplatesResponse { ConfigurationTemplates = [] });

    /// <inheritdoc />
    public Task<ListIntegrationsResponse> ListIntegrationsAsync(
        ListIntegrationsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => Task.FromResult(new ListIntegrationsResponse { IntegrationSummaries = [] });

    /// <inheritdoc />
    public Task<GetIntegrationResponse> GetIntegrationAsync(
        GetIntegrationRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoSuch("integration");

    /// <inheritdoc />
    public Task<DeleteIntegrationResponse> DeleteIntegrationAsync(
        DeleteIntegrationRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoSuch("integration");

    /// <inheritdoc />
    public Task<ListSourcesForS3TableIntegrationResponse> ListSourcesForS3TableIntegrationAsync(
        ListSourcesForS3TableIntegrationRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoSuch("integration");

    /// <inheritdoc />
    public Task<DisassociateSourceFromS3TableIntegrationResponse> DisassociateSourceFromS3TableIntegrationAsync(
        DisassociateSourceFromS3TableIntegrationRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoSuch("source of an integration");

    /// <inheritdoc />
    public Task<DeleteSyslogConfigurationResponse> DeleteSyslogConfigurationAsync(
        DeleteSyslogConfigurationRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        _ = GroupIdentifiedBy(_store.Current, context, request.LogGroupIdentifier!);
        throw NoSuch("syslog configuration");
    }

    /// <inheritdoc />
    public Task<ListSyslogConfigurationsResponse> ListSyslogConfigurationsAsync(
        ListSyslogConfigurationsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (request.LogGroupIdentifier is { } identifier)
            _ = GroupIdentifiedBy(_store.Current, context, identifier);
        return Task.FromResult(new ListSyslogConfigurationsResponse { SyslogConfigurations = [] });
    }
}
