using Estiba.Contracts;
using Estiba.Contracts.S3;
using Estiba.S3.Buckets;
using Estiba.S3.Storage;
using Estiba.State;

namespace Estiba.S3;

/// <summary>
/// The operations of Amazon S3. Follows the API reference, version 2006-03-01. What was acknowledged, content and
/// record, is on the disk.
/// </summary>
public sealed partial class S3Api : IS3Api
{
    private readonly Store _store;
    private readonly ContentFiles _files;
    private readonly S3Options _options;
    private readonly IAuthorizer? _authorizer;
    private readonly TimeProvider _time;

    internal S3Api(Store store, ContentFiles files, S3Options options, IAuthorizer? authorizer, TimeProvider time) =>
        (_store, _files, _options, _authorizer, _time) = (store, files, options, authorizer, time);

    private static string NewId() => Guid.NewGuid().ToString("N");

    /// <summary>The bucket that a request means.</summary>
    /// <exception cref="AwsException">It is not there, or is somebody else's.</exception>
    private static BucketRecord Require(View view, string name, string? expectedOwner, CallContext caller)
    {
        var bucket = view.Find(S3Tables.Buckets, name) ?? throw S3Faults.NoSuchBucket;
        return bucket.AccountId == caller.AccountId && (expectedOwner ?? bucket.AccountId) == bucket.AccountId
            ? bucket
            : throw S3Faults.AccessDenied;
    }

    private BucketRecord Require(string name, string? expectedOwner, CallContext caller) =>
        Require(_store.Current, name, expectedOwner, caller);

    /// <summary>Changes a bucket.</summary>
    private Task ChangeAsync(
        string name,
        string? expectedOwner,
        CallContext caller,
        Func<BucketRecord, BucketRecord> change,
        CancellationToken cancellation
    ) =>
        _store.CommitAsync(
            it => it.Put(S3Tables.Buckets, change(Require(it, name, expectedOwner, caller))),
            cancellation
        );

    /// <summary>Whether the caller may do what no operation of its own stands for.</summary>
    private async ValueTask<AccessDecision> DecideAsync(
        string action,
        string bucket,
        string key,
        CallContext caller,
        CancellationToken cancellation
    )
    {
        var resource = $"arn:{Arn.PartitionOf(caller.Region)}:s3:::{bucket}/{key}";
        if (_authorizer is not null)
            return await _authorizer.DecideAsync(action, resource, caller, cancellation);
        return caller.May(action)
            ? AccessDecision.Allowed
            : AccessDecision.NotGranted(caller.PrincipalArn, action, resource);
    }

    /// <exception cref="AwsException">The caller may not.</exception>
    private async ValueTask DemandAsync(
        string action,
        string bucket,
        string key,
        CallContext caller,
        CancellationToken cancellation
    )
    {
        if ((await DecideAsync(action, bucket, key, caller, cancellation)).Refusal is { } refusal)
            throw new AwsException("AccessDenied", refusal, 403);
    }
}
