using System.Security.Cryptography;
using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.S3;
using Estiba.S3.Buckets;
using Estiba.S3.Objects;
using Estiba.State;

namespace Estiba.S3;

/// <content>Buckets.</content>
public sealed partial class S3Api
{
    private const int MostBuckets = 10_000;
    private const string FirstRegion = "us-east-1";

    /// <inheritdoc/>
    public async Task<CreateBucketOutput> CreateBucketAsync(
        CreateBucketRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        BucketNames.Check(request.Bucket!);
        var configuration = request.CreateBucketConfiguration;
        if (
            configuration?.Location is not null
            || configuration?.Bucket is not null
            || request.BucketNamespace is not (null or BucketNamespace.Global)
        )
            throw S3Faults.NotImplemented("directory buckets and namespaces of accounts");
        if (request.ObjectLockEnabledForBucket == true)
            throw S3Faults.NotImplemented("object lock");
        var region = configuration?.LocationConstraint switch
        {
            null or "" => context.Region,
            "EU" => "eu-west-1",
            var named => named,
        };
        if (region != context.Region && context.Region != FirstRegion)
            throw new AwsException(
                "IllegalLocationConstraintException",
                $"The {region} location constraint is incompatible for the region specific endpoint this request was "
                    + "sent to."
            );
        var bucket = new BucketRecord
        {
            Name = request.Bucket!,
            AccountId = context.AccountId,
            Region = region,
            CreatedAt = _time.GetUtcNow(),
            Tags = ObjectTags.Check(configuration?.Tags ?? [], ObjectTags.MostOfBucket),
            Ownership = new OwnershipControls
            {
                Rules =
                [
                    new OwnershipControlsRule
                    {
                        ObjectOwnership = request.ObjectOwnership ?? ObjectOwnership.BucketOwnerEnforced,
                    },
                ],
            },
            PublicAccessBlock = new PublicAccessBlockConfiguration
            {
                BlockPublicAcls = true,
                IgnorePublicAcls = true,
                BlockPublicPolicy = true,
                RestrictPublicBuckets = true,
            },
        };
        ObjectRequests.CheckAcl(
            bucket,
            request.ACL,
            request.GrantFullControl,
            request.GrantRead,
            request.GrantReadACP,
            request.GrantWrite,
            request.GrantWriteACP
        );
        await _store.CommitAsync(it => Create(it, bucket), cancellation);
        return new CreateBucketOutput { Location = $"/{bucket.Name}", BucketArn = ArnOf(bucket) };
    }

    /// <inheritdoc/>
    public async Task<DeleteBucketResponse> DeleteBucketAsync(
        DeleteBucketRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await _store.CommitAsync(
            it =>
            {
                var bucket = Require(it, request.Bucket!, request.ExpectedBucketOwner, context);
                if (it.Range(S3Tables.Objects, bucket.Name + "/").Any())
                    throw new AwsException(
                        "BucketNotEmpty",
                        bucket.Versioning is null
                            ? "The bucket you tried to delete is not empty"
                            : "The bucket you tried to delete is not empty. You must delete all versions in the "
                                + "bucket.",
                        409
                    );
                foreach (var upload in it.Range(S3Tables.Uploads, bucket.Name + "/").ToList())
                    EndUpload(it, upload, []);
                it.Delete(S3Tables.Buckets, bucket.Name);
            },
            cancellation
        );
        return new DeleteBucketResponse();
    }

    /// <inheritdoc/>
    public Task<HeadBucketOutput> HeadBucketAsync(
        HeadBucketRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var bucket = Require(request.Bucket!, request.ExpectedBucketOwner, context);
        return Task.FromResult(
            new HeadBucketOutput
            {
                BucketRegion = bucket.Region,
                BucketArn = ArnOf(bucket),
                AccessPointAlias = false,
            }
        );
    }

    /// <inheritdoc/>
    public Task<GetBucketLocationOutput> GetBucketLocationAsync(
        GetBucketLocationRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var bucket = Require(request.Bucket!, request.ExpectedBucketOwner, context);
        return Task.FromResult(
            new GetBucketLocationOutput { LocationConstraint = bucket.Region == FirstRegion ? "" : bucket.Region }
        );
    }

    /// <inheritdoc/>
    public Task<ListBucketsOutput> ListBucketsAsync(
        ListBucketsRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var prefix = request.Prefix ?? "";
        if (request.MaxBuckets is < 1 or > MostBuckets)
            throw S3Faults.InvalidArgument("MaxBuckets must be an integer between 1 and 10000");
        var list = request with { ContinuationToken = null, MaxBuckets = null };
        string? after = null;
        if (request.ContinuationToken is { } token)
            after = PagingToken.Read(token, list, context) ?? throw WrongToken();
        var (page, next) = PagingToken.Cut(
            _store
                .Current.Where(S3Tables.Buckets, S3Tables.BucketsByAccount, context.AccountId, after)
                .Where(bucket => bucket.Name.StartsWith(prefix, StringComparison.Ordinal))
                .Where(bucket => (request.BucketRegion ?? bucket.Region) == bucket.Region),
            request.MaxBuckets ?? MostBuckets,
            bucket => bucket.Name,
            list,
            context
        );
        return Task.FromResult(
            new ListBucketsOutput
            {
                Buckets =
                [
                    .. page.Select(bucket => new Bucket
                    {
                        Name = bucket.Name,
                        CreationDate = bucket.CreatedAt,
                        BucketRegion = bucket.Region,
                        BucketArn = ArnOf(bucket),
                    }),
                ],
                Owner = OwnerOf(context.AccountId),
                ContinuationToken = next,
                Prefix = request.Prefix,
            }
        );
    }

    private static void Create(Transaction transaction, BucketRecord bucket)
    {
        if (transaction.Find(S3Tables.Buckets, bucket.Name) is { } found)
            throw found.AccountId == bucket.AccountId
                ? S3Errors.BucketAlreadyOwnedByYou(
                    "Your previous request to create the named bucket succeeded and you already own it."
                )
                : S3Errors.BucketAlreadyExists(
                    "The requested bucket name is not available. The bucket namespace is shared by all users of the "
                        + "system. Please select a different name and try again."
                );
        transaction.Put(S3Tables.Buckets, bucket);
    }

    private static string ArnOf(BucketRecord bucket) => $"arn:{Arn.PartitionOf(bucket.Region)}:s3:::{bucket.Name}";

    /// <summary>An account as S3 calls it: its canonical user id.</summary>
    private static Owner OwnerOf(string accountId) =>
        new() { ID = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(accountId))) };

    private static AwsException WrongToken() =>
        S3Faults.InvalidArgument("The continuation token provided is incorrect");
}
