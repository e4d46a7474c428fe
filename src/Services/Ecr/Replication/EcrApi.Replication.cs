using Estiba.Contracts;
using Estiba.Contracts.Ecr;

namespace Estiba.Ecr;

/// <content>Replication: there is none, and every read says so.</content>
public sealed partial class EcrApi
{
    /// <inheritdoc />
    /// <remarks>A configuration without rules is what there is; rules would promise copies that nobody makes.</remarks>
    public Task<PutReplicationConfigurationResponse> PutReplicationConfigurationAsync(
        PutReplicationConfigurationRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (request.ReplicationConfiguration!.Rules!.Count > 0)
            throw EcrErrors.ValidationException(
                "Estiba does not replicate images. Put a replication configuration without rules."
            );
        return Task.FromResult(
            new PutReplicationConfigurationResponse { ReplicationConfiguration = request.ReplicationConfiguration }
        );
    }

    /// <inheritdoc />
    public Task<DescribeImageReplicationStatusResponse> DescribeImageReplicationStatusAsync(
        DescribeImageReplicationStatusRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var image = RequireImage(request.RegistryId, request.RepositoryName, request.ImageId!, context);
        return Task.FromResult(
            new DescribeImageReplicationStatusResponse
            {
                RepositoryName = image.Repository,
                ImageId = new ImageIdentifier { ImageDigest = image.Digest, ImageTag = request.ImageId!.ImageTag },
                ReplicationStatuses = [],
            }
        );
    }

    /// <inheritdoc />
    public Task<ListReplicationBackfillsResponse> ListReplicationBackfillsAsync(
        ListReplicationBackfillsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new ListReplicationBackfillsResponse
            {
                RegistryId = request.RegistryId ?? context.AccountId,
                Backfills = [],
            }
        );

    /// <inheritdoc />
    public Task<DescribeReplicationBackfillResultsResponse> DescribeReplicationBackfillResultsAsync(
        DescribeReplicationBackfillResultsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoBackfill(request.ReplicationBackfillId!, request.RegistryId ?? context.AccountId);

    /// <inheritdoc />
    public Task<StopReplicationBackfillResponse> StopReplicationBackfillAsync(
        StopReplicationBackfillRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => throw NoBackfill(request.ReplicationBackfillId!, request.RegistryId ?? context.AccountId);

    private static AwsException NoBackfill(string id, string registryId) =>
        EcrErrors.ReplicationBackfillNotFoundException(
            $"The replication backfill with id '{id}' does not exist in the registry with id '{registryId}'"
        );
}
