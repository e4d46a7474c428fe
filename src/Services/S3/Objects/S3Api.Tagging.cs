using Estiba.Contracts;
using Estiba.Contracts.S3;
using Estiba.S3.Objects;

namespace Estiba.S3;

/// <content>Tags of objects.</content>
public sealed partial class S3Api
{
    /// <inheritdoc/>
    public async Task<GetObjectTaggingOutput> GetObjectTaggingAsync(
        GetObjectTaggingRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var found = await FindAsync(
            (request.Bucket!, request.Key!, request.VersionId),
            request.ExpectedBucketOwner,
            "s3:GetObjectVersionTagging",
            context,
            cancellation
        );
        return new GetObjectTaggingOutput { TagSet = found.Settings.Tags, VersionId = VersionIn(found) };
    }

    /// <inheritdoc/>
    public async Task<PutObjectTaggingOutput> PutObjectTaggingAsync(
        PutObjectTaggingRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var tags = ObjectTags.Check(request.Tagging!.TagSet ?? [], ObjectTags.MostOfObject);
        var tagged = await TagAsync(
            (request.Bucket!, request.Key!, request.VersionId),
            request.ExpectedBucketOwner,
            "s3:PutObjectVersionTagging",
            tags,
            context,
            cancellation
        );
        return new PutObjectTaggingOutput { VersionId = VersionIn(tagged) };
    }

    /// <inheritdoc/>
    public async Task<DeleteObjectTaggingOutput> DeleteObjectTaggingAsync(
        DeleteObjectTaggingRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var tagged = await TagAsync(
            (request.Bucket!, request.Key!, request.VersionId),
            request.ExpectedBucketOwner,
            "s3:DeleteObjectVersionTagging",
            [],
            context,
            cancellation
        );
        return new DeleteObjectTaggingOutput { VersionId = VersionIn(tagged) };
    }

    private async Task<ObjectRecord> TagAsync(
        (string Bucket, string Key, string? VersionId) wanted,
        string? expectedOwner,
        string actionOfVersions,
        IReadOnlyList<Tag> tags,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await FindAsync(wanted, expectedOwner, actionOfVersions, context, cancellation);
        return await _store.CommitAsync(
            it =>
            {
                var found = VersionChanges.Find(it, wanted.Bucket, wanted.Key, wanted.VersionId);
                var kept = Existing(found, wanted.VersionId);
                var tagged = kept with { Settings = kept.Settings with { Tags = tags } };
                it.Put(kept.NoncurrentSince is null ? S3Tables.Objects : S3Tables.Versions, tagged);
                return tagged;
            },
            cancellation
        );
    }
}
