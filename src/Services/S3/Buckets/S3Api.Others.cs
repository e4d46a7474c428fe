using Estiba.Contracts;
using Estiba.Contracts.S3;
using Estiba.S3.Objects;

namespace Estiba.S3;

/// <content>Access control lists and logging, and what no bucket here has.</content>
public sealed partial class S3Api
{
    /// <inheritdoc/>
    public Task<GetBucketAclOutput> GetBucketAclAsync(
        GetBucketAclRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var bucket = Require(request.Bucket!, request.ExpectedBucketOwner, context);
        return Task.FromResult(
            new GetBucketAclOutput { Owner = OwnerOf(bucket.AccountId), Grants = GrantsOf(bucket.AccountId) }
        );
    }

    /// <inheritdoc/>
    public Task<PutBucketAclResponse> PutBucketAclAsync(
        PutBucketAclRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var bucket = Require(request.Bucket!, request.ExpectedBucketOwner, context);
        ObjectRequests.CheckAcl(
            bucket,
            request.ACL,
            request.GrantFullControl,
            request.GrantRead,
            request.GrantReadACP,
            request.GrantWrite,
            request.GrantWriteACP,
            OtherThanOwner(request.AccessControlPolicy, bucket.AccountId)
        );
        return Task.FromResult(new PutBucketAclResponse());
    }

    /// <inheritdoc/>
    public async Task<GetObjectAclOutput> GetObjectAclAsync(
        GetObjectAclRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var found = await FindAsync(
            (request.Bucket!, request.Key!, request.VersionId),
            request.ExpectedBucketOwner,
            "s3:GetObjectVersionAcl",
            context,
            cancellation
        );
        var account = Require(found.Bucket, request.ExpectedBucketOwner, context).AccountId;
        return new GetObjectAclOutput { Owner = OwnerOf(account), Grants = GrantsOf(account) };
    }

    /// <inheritdoc/>
    public async Task<PutObjectAclOutput> PutObjectAclAsync(
        PutObjectAclRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var found = await FindAsync(
            (request.Bucket!, request.Key!, request.VersionId),
            request.ExpectedBucketOwner,
            "s3:PutObjectVersionAcl",
            context,
            cancellation
        );
        var bucket = Require(found.Bucket, request.ExpectedBucketOwner, context);
        ObjectRequests.CheckAcl(
            bucket,
            request.ACL,
            request.GrantFullControl,
            request.GrantRead,
            request.GrantReadACP,
            request.GrantWrite,
            request.GrantWriteACP,
            OtherThanOwner(request.AccessControlPolicy, bucket.AccountId)
        );
        return new PutObjectAclOutput();
    }

    /// <inheritdoc/>
    public Task<GetBucketLoggingOutput> GetBucketLoggingAsync(
        GetBucketLoggingRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        Require(request.Bucket!, request.ExpectedBucketOwner, context);
        return Task.FromResult(new GetBucketLoggingOutput());
    }

    /// <inheritdoc/>
    public Task<PutBucketLoggingResponse> PutBucketLoggingAsync(
        PutBucketLoggingRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        Require(request.Bucket!, request.ExpectedBucketOwner, context);
        if (request.BucketLoggingStatus!.LoggingEnabled is not null)
            throw S3Faults.NotImplemented("server access logging");
        return Task.FromResult(new PutBucketLoggingResponse());
    }

    /// <inheritdoc/>
    public Task<NotificationConfiguration> GetBucketNotificationConfigurationAsync(
        GetBucketNotificationConfigurationRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        Require(request.Bucket!, request.ExpectedBucketOwner, context);
        return Task.FromResult(new NotificationConfiguration());
    }

    /// <inheritdoc/>
    public Task<PutBucketNotificationConfigurationResponse> PutBucketNotificationConfigurationAsync(
        PutBucketNotificationConfigurationRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        Require(request.Bucket!, request.ExpectedBucketOwner, context);
        var wanted = request.NotificationConfiguration!;
        if (
            wanted.TopicConfigurations is { Count: > 0 }
            || wanted.QueueConfigurations is { Count: > 0 }
            || wanted.LambdaFunctionConfigurations is { Count: > 0 }
            || wanted.EventBridgeConfiguration is not null
        )
            throw S3Faults.NotImplemented("event notifications");
        return Task.FromResult(new PutBucketNotificationConfigurationResponse());
    }

    /// <inheritdoc/>
    public Task<GetBucketAccelerateConfigurationOutput> GetBucketAccelerateConfigurationAsync(
        GetBucketAccelerateConfigurationRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        Require(request.Bucket!, request.ExpectedBucketOwner, context);
        return Task.FromResult(new GetBucketAccelerateConfigurationOutput());
    }

    /// <inheritdoc/>
    public Task<GetBucketRequestPaymentOutput> GetBucketRequestPaymentAsync(
        GetBucketRequestPaymentRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        Require(request.Bucket!, request.ExpectedBucketOwner, context);
        return Task.FromResult(new GetBucketRequestPaymentOutput { Payer = Payer.BucketOwner });
    }

    /// <inheritdoc/>
    public Task<GetBucketWebsiteOutput> GetBucketWebsiteAsync(
        GetBucketWebsiteRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        Require(request.Bucket!, request.ExpectedBucketOwner, context);
        throw S3Faults.NotConfigured(
            "NoSuchWebsiteConfiguration",
            "The specified bucket does not have a website configuration"
        );
    }

    /// <inheritdoc/>
    public Task<DeleteBucketWebsiteResponse> DeleteBucketWebsiteAsync(
        DeleteBucketWebsiteRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        Require(request.Bucket!, request.ExpectedBucketOwner, context);
        return Task.FromResult(new DeleteBucketWebsiteResponse());
    }

    /// <inheritdoc/>
    public Task<GetBucketReplicationOutput> GetBucketReplicationAsync(
        GetBucketReplicationRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        Require(request.Bucket!, request.ExpectedBucketOwner, context);
        throw S3Faults.NotConfigured(
            "ReplicationConfigurationNotFoundError",
            "The replication configuration was not found"
        );
    }

    /// <inheritdoc/>
    public Task<DeleteBucketReplicationResponse> DeleteBucketReplicationAsync(
        DeleteBucketReplicationRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        Require(request.Bucket!, request.ExpectedBucketOwner, context);
        return Task.FromResult(new DeleteBucketReplicationResponse());
    }

    /// <inheritdoc/>
    public Task<GetObjectLockConfigurationOutput> GetObjectLockConfigurationAsync(
        GetObjectLockConfigurationRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        Require(request.Bucket!, request.ExpectedBucketOwner, context);
        throw S3Faults.NotConfigured(
            "ObjectLockConfigurationNotFoundError",
            "Object Lock configuration does not exist for this bucket"
        );
    }

    private static IReadOnlyList<Grant> GrantsOf(string accountId) =>
        [
            new Grant
            {
                Grantee = new Grantee { Type = "CanonicalUser", ID = OwnerOf(accountId).ID },
                Permission = Permission.FullControl,
            },
        ];

    private static string? OtherThanOwner(AccessControlPolicy? policy, string accountId) =>
        policy
            ?.Grants?.FirstOrDefault(grant =>
                grant.Grantee?.ID != OwnerOf(accountId).ID || grant.Permission != Permission.FullControl
            )
            ?.Permission;
}
