using Estiba.Contracts;
using Estiba.Contracts.Iam;

namespace Estiba.Identity;

/// <content>What accounts can have on AWS and cannot have here: whoever asks is told, truthfully, that there is
/// none.</content>
public sealed partial class IamApi
{
    /// <inheritdoc/>
    public Task<ListSAMLProvidersResponse> ListSAMLProvidersAsync(
        ListSAMLProvidersRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => Task.FromResult(new ListSAMLProvidersResponse { SAMLProviderList = [] });

    /// <inheritdoc/>
    public Task<ListOpenIDConnectProvidersResponse> ListOpenIDConnectProvidersAsync(
        ListOpenIDConnectProvidersRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => Task.FromResult(new ListOpenIDConnectProvidersResponse { OpenIDConnectProviderList = [] });

    /// <inheritdoc/>
    public Task<ListServerCertificatesResponse> ListServerCertificatesAsync(
        ListServerCertificatesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(new ListServerCertificatesResponse { ServerCertificateMetadataList = [], IsTruncated = false });

    /// <inheritdoc/>
    public Task<ListVirtualMFADevicesResponse> ListVirtualMFADevicesAsync(
        ListVirtualMFADevicesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => Task.FromResult(new ListVirtualMFADevicesResponse { VirtualMFADevices = [], IsTruncated = false });

    /// <inheritdoc/>
    public Task<ListMFADevicesResponse> ListMFADevicesAsync(
        ListMFADevicesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        CheckUser(request.UserName, context);
        return Task.FromResult(new ListMFADevicesResponse { MFADevices = [], IsTruncated = false });
    }

    /// <inheritdoc/>
    public Task<ListSigningCertificatesResponse> ListSigningCertificatesAsync(
        ListSigningCertificatesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        CheckUser(request.UserName, context);
        return Task.FromResult(new ListSigningCertificatesResponse { Certificates = [], IsTruncated = false });
    }

    /// <inheritdoc/>
    public Task<ListSSHPublicKeysResponse> ListSSHPublicKeysAsync(
        ListSSHPublicKeysRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        CheckUser(request.UserName, context);
        return Task.FromResult(new ListSSHPublicKeysResponse { SSHPublicKeys = [], IsTruncated = false });
    }

    /// <inheritdoc/>
    public Task<ListServiceSpecificCredentialsResponse> ListServiceSpecificCredentialsAsync(
        ListServiceSpecificCredentialsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (request.AllUsers is not true)
            CheckUser(request.UserName, context);
        return Task.FromResult(
            new ListServiceSpecificCredentialsResponse { ServiceSpecificCredentials = [], IsTruncated = false }
        );
    }

    /// <inheritdoc/>
    public Task<GetLoginProfileResponse> GetLoginProfileAsync(
        GetLoginProfileRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoLoginProfile(request.UserName, context);

    /// <inheritdoc/>
    public Task<DeleteLoginProfileResponse> DeleteLoginProfileAsync(
        DeleteLoginProfileRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoLoginProfile(request.UserName, context);

    private AwsException NoLoginProfile(string? userName, CallContext context) =>
        IamErrors.NoSuchEntityException(
            $"Login Profile for User {CheckUser(userName, context) ?? context.AccountId} cannot be found."
        );

    /// <summary>The name of a user that exists; null for the account's root.</summary>
    private string? CheckUser(string? userName, CallContext context)
    {
        var name = userName ?? NameOfCaller(context);
        return name is null ? null : FindUser(store.Current, context, name).User.UserName;
    }
}
