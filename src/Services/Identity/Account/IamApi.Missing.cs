using Estiba.Contracts;
using Estiba.Contracts.Iam;

namespace Estiba.Identity;

/// <content>Single things of the kinds that accounts cannot have here: whichever is asked for, it does not
/// exist.</content>
public sealed partial class IamApi
{
    /// <inheritdoc/>
    public Task<GetSAMLProviderResponse> GetSAMLProviderAsync(
        GetSAMLProviderRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoSamlProvider(request.SAMLProviderArn!);

    /// <inheritdoc/>
    public Task<ListSAMLProviderTagsResponse> ListSAMLProviderTagsAsync(
        ListSAMLProviderTagsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoSamlProvider(request.SAMLProviderArn!);

    /// <inheritdoc/>
    public Task<GetOpenIDConnectProviderResponse> GetOpenIDConnectProviderAsync(
        GetOpenIDConnectProviderRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoOpenIdProvider(request.OpenIDConnectProviderArn!);

    /// <inheritdoc/>
    public Task<ListOpenIDConnectProviderTagsResponse> ListOpenIDConnectProviderTagsAsync(
        ListOpenIDConnectProviderTagsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoOpenIdProvider(request.OpenIDConnectProviderArn!);

    /// <inheritdoc/>
    public Task<GetServerCertificateResponse> GetServerCertificateAsync(
        GetServerCertificateRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoServerCertificate(request.ServerCertificateName!);

    /// <inheritdoc/>
    public Task<ListServerCertificateTagsResponse> ListServerCertificateTagsAsync(
        ListServerCertificateTagsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoServerCertificate(request.ServerCertificateName!);

    /// <inheritdoc/>
    public Task<GetMFADeviceResponse> GetMFADeviceAsync(
        GetMFADeviceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoMfaDevice(request.SerialNumber!);

    /// <inheritdoc/>
    public Task<ListMFADeviceTagsResponse> ListMFADeviceTagsAsync(
        ListMFADeviceTagsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoMfaDevice(request.SerialNumber!);

    /// <inheritdoc/>
    public Task<GetSSHPublicKeyResponse> GetSSHPublicKeyAsync(
        GetSSHPublicKeyRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        CheckUser(request.UserName, context);
        throw IamErrors.NoSuchEntityException($"The Public Key with id {request.SSHPublicKeyId} cannot be found.");
    }

    /// <inheritdoc/>
    public Task<GetServiceLastAccessedDetailsResponse> GetServiceLastAccessedDetailsAsync(
        GetServiceLastAccessedDetailsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoJob(request.JobId!);

    /// <inheritdoc/>
    public Task<GetServiceLastAccessedDetailsWithEntitiesResponse> GetServiceLastAccessedDetailsWithEntitiesAsync(
        GetServiceLastAccessedDetailsWithEntitiesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoJob(request.JobId!);

    /// <inheritdoc/>
    public Task<GetOrganizationsAccessReportResponse> GetOrganizationsAccessReportAsync(
        GetOrganizationsAccessReportRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoJob(request.JobId!);

    /// <inheritdoc/>
    public Task<ListOrganizationsFeaturesResponse> ListOrganizationsFeaturesAsync(
        ListOrganizationsFeaturesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw IamErrors.OrganizationNotFoundException("Your account is not a member of an organization.");

    /// <inheritdoc/>
    public Task<GetOutboundWebIdentityFederationInfoResponse> GetOutboundWebIdentityFederationInfoAsync(
        GetOutboundWebIdentityFederationInfoRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw IamErrors.FeatureDisabledException("Outbound web identity federation is not enabled for this account.");

    /// <inheritdoc/>
    public Task<ListDelegationRequestsResponse> ListDelegationRequestsAsync(
        ListDelegationRequestsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => Task.FromResult(new ListDelegationRequestsResponse { DelegationRequests = [], IsTruncated = false });

    /// <inheritdoc/>
    public Task<GetDelegationRequestResponse> GetDelegationRequestAsync(
        GetDelegationRequestRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoDelegationRequest(request.DelegationRequestId!);

    /// <inheritdoc/>
    public Task<GetHumanReadableSummaryResponse> GetHumanReadableSummaryAsync(
        GetHumanReadableSummaryRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoDelegationRequest(request.EntityArn!);

    private static AwsException NoSamlProvider(string arn) =>
        IamErrors.NoSuchEntityException($"Manifest not found for arn {arn}");

    private static AwsException NoOpenIdProvider(string arn) =>
        IamErrors.NoSuchEntityException($"OpenIDConnect Provider not found for arn {arn}");

    private static AwsException NoServerCertificate(string name) =>
        IamErrors.NoSuchEntityException($"The Server Certificate with name {name} cannot be found.");

    private static AwsException NoMfaDevice(string serialNumber) =>
        IamErrors.NoSuchEntityException($"VirtualMFADevice with serial number {serialNumber} doesn't exist.");

    private static AwsException NoJob(string id) =>
        IamErrors.NoSuchEntityException($"The job with id {id} cannot be found.");

    private static AwsException NoDelegationRequest(string id) =>
        IamErrors.NoSuchEntityException($"The delegation request {id} cannot be found.");
}
