using Estiba.Contracts;
using Estiba.Contracts.Logs;

namespace Estiba.Logs;

/// <content>Integrations with other services, and syslog: there are none, and every read says so.</content>
public sealed partial class LogsApi
{
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
