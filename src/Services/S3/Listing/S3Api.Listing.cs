using Estiba.Contracts;
using Estiba.Contracts.S3;
using Estiba.S3.Listing;
using Estiba.S3.Objects;
using Estiba.S3.Storage;
using Estiba.State;

namespace Estiba.S3;

/// <content>Lists of objects and their versions.</content>
public sealed partial class S3Api
{
    private const int LargestPage = 1000;

    /// <inheritdoc/>
    public Task<ListObjectsOutput> ListObjectsAsync(
        ListObjectsRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var bucket = Require(request.Bucket!, request.ExpectedBucketOwner, context);
        var most = PageSize(request.MaxKeys, "max-keys");
        var (prefix, marker) = (request.Prefix ?? "", NullIfEmpty(request.Marker));
        var page = PageOf(bucket.Name, prefix, request.Delimiter, marker, most);
        var owner = OwnerOf(bucket.AccountId);
        var text = Encoder(request.EncodingType);
        return Task.FromResult(
            new ListObjectsOutput
            {
                Name = bucket.Name,
                Prefix = text(prefix),
                Marker = text(request.Marker ?? ""),
                NextMarker = page.IsTruncated && !string.IsNullOrEmpty(request.Delimiter) ? text(page.Last) : null,
                Delimiter = request.Delimiter is { } delimiter ? text(delimiter) : null,
                MaxKeys = most,
                IsTruncated = page.IsTruncated,
                EncodingType = request.EncodingType,
                Contents = [.. page.Items.Select(found => Listed(found, text, owner))],
                CommonPrefixes = PrefixesOf(page, text),
            }
        );
    }

    /// <inheritdoc/>
    public Task<ListObjectsV2Output> ListObjectsV2Async(
        ListObjectsV2Request request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var bucket = Require(request.Bucket!, request.ExpectedBucketOwner, context);
        var most = PageSize(request.MaxKeys, "max-keys");
        var prefix = request.Prefix ?? "";
        // How a page looks may change from one to the next; what is listed may not.
        var list = request with
        {
            ContinuationToken = null,
            MaxKeys = null,
            FetchOwner = null,
            EncodingType = null,
            RequestPayer = null,
            ExpectedBucketOwner = null,
            OptionalObjectAttributes = null,
        };
        var after = request.ContinuationToken is { } token
            ? PagingToken.Read(token, list, context) ?? throw WrongToken()
            : NullIfEmpty(request.StartAfter);
        var page = PageOf(bucket.Name, prefix, request.Delimiter, after, most);
        var owner = request.FetchOwner == true ? OwnerOf(bucket.AccountId) : null;
        var text = Encoder(request.EncodingType);
        return Task.FromResult(
            new ListObjectsV2Output
            {
                Name = bucket.Name,
                Prefix = text(prefix),
                StartAfter = request.StartAfter is { } start ? text(start) : null,
                ContinuationToken = request.ContinuationToken,
                NextContinuationToken = page.IsTruncated ? PagingToken.Write(page.Last, list, context) : null,
                Delimiter = request.Delimiter is { } delimiter ? text(delimiter) : null,
                MaxKeys = most,
                KeyCount = page.Items.Count + page.Prefixes.Count,
                IsTruncated = page.IsTruncated,
                EncodingType = request.EncodingType,
                Contents = [.. page.Items.Select(found => Listed(found, text, owner))],
                CommonPrefixes = PrefixesOf(page, text),
            }
        );
    }

    /// <inheritdoc/>
    public Task<ListObjectVersionsOutput> ListObjectVersionsAsync(
        ListObjectVersionsRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var bucket = Require(request.Bucket!, request.ExpectedBucketOwner, context);
        var most = PageSize(request.MaxKeys, "max-keys");
        var (prefix, marker) = (request.Prefix ?? "", NullIfEmpty(request.KeyMarker));
        var versionMarker = NullIfEmpty(request.VersionIdMarker);
        if (versionMarker is not null && marker is null)
            throw S3Faults.InvalidArgument("A version-id marker cannot be specified without a key marker.");
        var view = _store.Current;
        var page = KeyPage<ObjectRecord>.Take(
            start => VersionsFrom(view, bucket.Name, prefix, start, marker, versionMarker),
            version => version.Key,
            bucket.Name,
            prefix,
            request.Delimiter,
            marker,
            most
        );
        var owner = OwnerOf(bucket.AccountId);
        var text = Encoder(request.EncodingType);
        var endsWithPrefix = page.Prefixes.Count > 0 && page.Prefixes[^1] == page.Last;
        return Task.FromResult(
            new ListObjectVersionsOutput
            {
                Name = bucket.Name,
                Prefix = text(prefix),
                KeyMarker = text(request.KeyMarker ?? ""),
                VersionIdMarker = request.VersionIdMarker ?? "",
                NextKeyMarker = page.IsTruncated ? text(page.Last) : null,
                NextVersionIdMarker = page.IsTruncated && !endsWithPrefix ? page.Items[^1].VersionId : null,
                Delimiter = request.Delimiter is { } delimiter ? text(delimiter) : null,
                MaxKeys = most,
                IsTruncated = page.IsTruncated,
                EncodingType = request.EncodingType,
                Versions =
                [
                    .. page
                        .Items.Where(version => !version.IsDeleteMarker)
                        .Select(version => new ObjectVersion
                        {
                            ETag = version.QuotedETag,
                            ChecksumAlgorithm = [version.ChecksumAlgorithm],
                            ChecksumType = version.ChecksumType,
                            Size = version.Size,
                            StorageClass = version.Settings.StorageClass ?? StorageClass.Standard,
                            Key = text(version.Key),
                            VersionId = version.VersionId,
                            IsLatest = version.NoncurrentSince is null,
                            LastModified = version.LastModified,
                            Owner = owner,
                        }),
                ],
                DeleteMarkers =
                [
                    .. page
                        .Items.Where(version => version.IsDeleteMarker)
                        .Select(version => new DeleteMarkerEntry
                        {
                            Key = text(version.Key),
                            VersionId = version.VersionId,
                            IsLatest = version.NoncurrentSince is null,
                            LastModified = version.LastModified,
                            Owner = owner,
                        }),
                ],
                CommonPrefixes = PrefixesOf(page, text),
            }
        );
    }

    private KeyPage<ObjectRecord> PageOf(string bucket, string prefix, string? delimiter, string? after, int most)
    {
        var view = _store.Current;
        return KeyPage<ObjectRecord>.Take(
            start =>
                view.Range(S3Tables.Objects, ObjectRecord.KeyOf(bucket, prefix), start)
                    .Where(found => !found.IsDeleteMarker),
            found => found.Key,
            bucket,
            prefix,
            delimiter,
            after,
            most
        );
    }

    /// <summary>
    /// The versions of all keys, each key's from the newest to the oldest; of the key where a page has ended, those
    /// behind its last version.
    /// </summary>
    private static IEnumerable<ObjectRecord> VersionsFrom(
        View view,
        string bucket,
        string prefix,
        string? start,
        string? marker,
        string? versionMarker
    )
    {
        if (marker is not null && versionMarker is not null && start == ObjectRecord.KeyOf(bucket, marker))
        {
            var last = VersionChanges.Find(view, bucket, marker, versionMarker);
            foreach (var older in view.Range(S3Tables.Versions, ObjectRecord.VersionsOf(bucket, marker)))
                if (last is null || older.Sequence < last.Sequence)
                    yield return older;
        }

        foreach (var latest in view.Range(S3Tables.Objects, ObjectRecord.KeyOf(bucket, prefix), start))
        {
            yield return latest;
            foreach (var older in view.Range(S3Tables.Versions, ObjectRecord.VersionsOf(bucket, latest.Key)))
                yield return older;
        }
    }

    private static S3Object Listed(ObjectRecord found, Func<string, string> text, Owner? owner) =>
        new()
        {
            Key = text(found.Key),
            LastModified = found.LastModified,
            ETag = found.QuotedETag,
            ChecksumAlgorithm = [found.ChecksumAlgorithm],
            ChecksumType = found.ChecksumType,
            Size = found.Size,
            StorageClass = found.Settings.StorageClass ?? StorageClass.Standard,
            Owner = owner,
        };

    private static IReadOnlyList<CommonPrefix>? PrefixesOf<T>(KeyPage<T> page, Func<string, string> text) =>
        page.Prefixes.Count == 0
            ? null
            : [.. page.Prefixes.Select(prefix => new CommonPrefix { Prefix = text(prefix) })];

    private static int PageSize(int? asked, string name) =>
        asked is < 0
            ? throw S3Faults.InvalidArgument($"Argument {name} must be an integer between 0 and 2147483647")
            : Math.Min(asked ?? LargestPage, LargestPage);

    private static string? NullIfEmpty(string? text) => text is "" ? null : text;

    private static Func<string, string> Encoder(string? type) =>
        type switch
        {
            null or "" => static text => text,
            EncodingType.Url => static text => Uri.EscapeDataString(text).Replace("%2F", "/", StringComparison.Ordinal),
            _ => throw S3Faults.InvalidArgument("Invalid Encoding Method specified in Request"),
        };
}
