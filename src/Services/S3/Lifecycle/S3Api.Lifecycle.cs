using Estiba.Contracts;
using Estiba.Contracts.S3;
using Estiba.S3.Lifecycle;

namespace Estiba.S3;

/// <content>Lifecycles of buckets.</content>
public sealed partial class S3Api
{
    /// <inheritdoc/>
    public Task<GetBucketLifecycleConfigurationOutput> GetBucketLifecycleConfigurationAsync(
        GetBucketLifecycleConfigurationRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var bucket = Require(request.Bucket!, request.ExpectedBucketOwner, context);
        return bucket.Lifecycle.Count > 0
            ? Task.FromResult(
                new GetBucketLifecycleConfigurationOutput
                {
                    Rules = bucket.Lifecycle,
                    TransitionDefaultMinimumObjectSize = bucket.TransitionMinimum,
                }
            )
            : throw S3Faults.NotConfigured(
                "NoSuchLifecycleConfiguration",
                "The lifecycle configuration does not exist"
            );
    }

    /// <inheritdoc/>
    public async Task<PutBucketLifecycleConfigurationOutput> PutBucketLifecycleConfigurationAsync(
        PutBucketLifecycleConfigurationRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var rules = LifecycleRules.Check(request.LifecycleConfiguration?.Rules);
        var minimum = request.TransitionDefaultMinimumObjectSize
            ?? TransitionDefaultMinimumObjectSize.AllStorageClasses128K;
        await ChangeAsync(
            request.Bucket!,
            request.ExpectedBucketOwner,
            context,
            bucket => bucket with { Lifecycle = rules, TransitionMinimum = minimum },
            cancellation
        );
        return new PutBucketLifecycleConfigurationOutput { TransitionDefaultMinimumObjectSize = minimum };
    }

    /// <inheritdoc/>
    public async Task<DeleteBucketLifecycleResponse> DeleteBucketLifecycleAsync(
        DeleteBucketLifecycleRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await ChangeAsync(
            request.Bucket!,
            request.ExpectedBucketOwner,
            context,
            bucket => bucket with { Lifecycle = [], TransitionMinimum = null },
            cancellation
        );
        return new DeleteBucketLifecycleResponse();
    }
}
