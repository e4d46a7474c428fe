using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute;

/// <content>What an account has as long as nobody changes it, which nobody can here yet.</content>
public sealed partial class Ec2Api
{
    /// <inheritdoc />
    public Task<GetEbsEncryptionByDefaultResult> GetEbsEncryptionByDefaultAsync(
        GetEbsEncryptionByDefaultRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Ec2Requests.EndDryRun(request.DryRun);
        return Task.FromResult(new GetEbsEncryptionByDefaultResult { EbsEncryptionByDefault = false });
    }

    /// <inheritdoc />
    public Task<GetSerialConsoleAccessStatusResult> GetSerialConsoleAccessStatusAsync(
        GetSerialConsoleAccessStatusRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Ec2Requests.EndDryRun(request.DryRun);
        return Task.FromResult(
            new GetSerialConsoleAccessStatusResult { SerialConsoleAccessEnabled = false, ManagedBy = ManagedBy.Account }
        );
    }

    /// <inheritdoc />
    public Task<GetSnapshotBlockPublicAccessStateResult> GetSnapshotBlockPublicAccessStateAsync(
        GetSnapshotBlockPublicAccessStateRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Ec2Requests.EndDryRun(request.DryRun);
        return Task.FromResult(
            new GetSnapshotBlockPublicAccessStateResult
            {
                State = SnapshotBlockPublicAccessState.Unblocked,
                ManagedBy = ManagedBy.Account,
            }
        );
    }

    /// <summary>An account that has no public images blocks new ones ("Block public access to your AMIs").</summary>
    public Task<GetImageBlockPublicAccessStateResult> GetImageBlockPublicAccessStateAsync(
        GetImageBlockPublicAccessStateRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Ec2Requests.EndDryRun(request.DryRun);
        return Task.FromResult(
            new GetImageBlockPublicAccessStateResult
            {
                ImageBlockPublicAccessState = "block-new-sharing",
                ManagedBy = ManagedBy.Account,
            }
        );
    }

    /// <inheritdoc />
    public Task<GetInstanceMetadataDefaultsResult> GetInstanceMetadataDefaultsAsync(
        GetInstanceMetadataDefaultsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Ec2Requests.EndDryRun(request.DryRun);
        return Task.FromResult(
            new GetInstanceMetadataDefaultsResult
            {
                AccountLevel = new InstanceMetadataDefaultsResponse { ManagedBy = ManagedBy.Account },
            }
        );
    }
}
