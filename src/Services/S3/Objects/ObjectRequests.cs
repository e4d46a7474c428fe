using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.S3;
using Estiba.S3.Buckets;

namespace Estiba.S3.Objects;

/// <summary>What requests say of the object that they put, checked and in the form in which it is kept.</summary>
internal static class ObjectRequests
{
    private const int LargestMetadata = 2048;

    private static readonly string[] StorageClasses =
    [
        StorageClass.Standard,
        StorageClass.ReducedRedundancy,
        StorageClass.StandardIa,
        StorageClass.OnezoneIa,
        StorageClass.IntelligentTiering,
        StorageClass.GlacierIr,
    ];

    internal static ObjectSettings SettingsOf(PutObjectRequest request, BucketRecord bucket) =>
        new ObjectSettings
        {
            ContentType = request.ContentType,
            CacheControl = request.CacheControl,
            ContentDisposition = request.ContentDisposition,
            ContentEncoding = request.ContentEncoding,
            ContentLanguage = request.ContentLanguage,
            Expires = request.Expires,
            WebsiteRedirectLocation = request.WebsiteRedirectLocation,
            Metadata = MetadataOf(request.Metadata),
            Tags = ObjectTags.OfHeader(request.Tagging),
            StorageClass = StorageClassOf(request.StorageClass),
        }.Encrypted(bucket, request.ServerSideEncryption, request.SSEKMSKeyId, request.BucketKeyEnabled);

    internal static ObjectSettings SettingsOf(CreateMultipartUploadRequest request, BucketRecord bucket) =>
        new ObjectSettings
        {
            ContentType = request.ContentType,
            CacheControl = request.CacheControl,
            ContentDisposition = request.ContentDisposition,
            ContentEncoding = request.ContentEncoding,
            ContentLanguage = request.ContentLanguage,
            Expires = request.Expires,
            WebsiteRedirectLocation = request.WebsiteRedirectLocation,
            Metadata = MetadataOf(request.Metadata),
            Tags = ObjectTags.OfHeader(request.Tagging),
            StorageClass = StorageClassOf(request.StorageClass),
        }.Encrypted(bucket, request.ServerSideEncryption, request.SSEKMSKeyId, request.BucketKeyEnabled);

    /// <summary>What a copy has: what its source has, but for what the request replaces.</summary>
    internal static ObjectSettings SettingsOf(CopyObjectRequest request, BucketRecord bucket, ObjectSettings source)
    {
        var settings =
            request.MetadataDirective == MetadataDirective.Replace
                ? new ObjectSettings
                {
                    ContentType = request.ContentType,
                    CacheControl = request.CacheControl,
                    ContentDisposition = request.ContentDisposition,
                    ContentEncoding = request.ContentEncoding,
                    ContentLanguage = request.ContentLanguage,
                    Expires = request.Expires,
                    Metadata = MetadataOf(request.Metadata),
                }
                : source;
        return (
            settings with
            {
                WebsiteRedirectLocation = request.WebsiteRedirectLocation,
                Tags =
                    request.TaggingDirective == TaggingDirective.Replace
                        ? ObjectTags.OfHeader(request.Tagging)
                        : source.Tags,
                StorageClass = StorageClassOf(request.StorageClass),
            }
        ).Encrypted(bucket, request.ServerSideEncryption, request.SSEKMSKeyId, request.BucketKeyEnabled);
    }

    /// <summary>
    /// Refuses access control lists: those that a bucket ignores as AWS does, others because nobody looks at them.
    /// </summary>
    /// <exception cref="AwsException">One is given that gives rights to somebody but the owner.</exception>
    internal static void CheckAcl(BucketRecord bucket, string? canned, params ReadOnlySpan<string?> grants)
    {
        var isPlain = canned is null or ObjectCannedACL.Private or ObjectCannedACL.BucketOwnerFullControl;
        foreach (var grant in grants)
            isPlain &= grant is null;
        if (isPlain)
            return;
        throw bucket.IgnoresAcls
            ? new AwsException("AccessControlListNotSupported", "The bucket does not allow ACLs")
            : S3Faults.NotImplemented("access control lists but private");
    }

    /// <exception cref="AwsException">The customer brings a key of its own.</exception>
    internal static void RefuseCustomerKey(params ReadOnlySpan<string?> algorithms)
    {
        foreach (var algorithm in algorithms)
            if (algorithm is not null)
                throw S3Faults.NotImplemented("server-side encryption with customer-provided keys");
    }

    /// <exception cref="AwsException">The object is to be locked, which no bucket here allows.</exception>
    internal static void RefuseLock(params ReadOnlySpan<object?> locks)
    {
        foreach (var one in locks)
            if (one is not null)
                throw new AwsException("InvalidRequest", "Bucket is missing Object Lock Configuration");
    }

    /// <summary>As a header has it: what is not ASCII is encoded (RFC 2047), as S3 does.</summary>
    internal static string HeaderText(string value) =>
        value.All(one => one is >= ' ' and <= '~' or '\t')
            ? value
            : $"=?UTF-8?B?{Convert.ToBase64String(Encoding.UTF8.GetBytes(value))}?=";

    private static ObjectSettings Encrypted(
        this ObjectSettings settings,
        BucketRecord bucket,
        string? algorithm,
        string? key,
        bool? hasBucketKey
    )
    {
        var rule = bucket.Encryption?.Rules is [var only, ..] ? only : null;
        var byDefault = algorithm is null ? rule?.ApplyServerSideEncryptionByDefault : null;
        var chosen = algorithm ?? byDefault?.SSEAlgorithm ?? ServerSideEncryption.Aes256;
        if (key is not null && chosen == ServerSideEncryption.Aes256)
            throw S3Faults.InvalidArgument(
                "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : "
                    + "aws:kms"
            );
        return settings with
        {
            ServerSideEncryption = chosen,
            KmsKeyId = key ?? byDefault?.KMSMasterKeyID,
            BucketKeyEnabled = hasBucketKey ?? (algorithm is null ? rule?.BucketKeyEnabled : null),
        };
    }

    private static Dictionary<string, string>? MetadataOf(IReadOnlyDictionary<string, string>? given)
    {
        if (given is not { Count: > 0 })
            return null;
        if (
            given.Sum(one => Encoding.UTF8.GetByteCount(one.Key) + Encoding.UTF8.GetByteCount(one.Value))
            > LargestMetadata
        )
            throw new AwsException(
                "MetadataTooLarge",
                "Your metadata headers exceed the maximum allowed metadata size"
            );
        var kept = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in given)
            kept[name.ToLowerInvariant()] = value;
        return kept;
    }

    private static string? StorageClassOf(string? given)
    {
        if (given is null or StorageClass.Standard)
            return null;
        if (Array.IndexOf(StorageClasses, given) >= 0)
            return given;
        throw given.Length > 0
        && char.IsAsciiLetterUpper(given[0])
        && given.All(one => one is '_' || char.IsAsciiLetterUpper(one))
            ? S3Faults.NotImplemented($"the storage class {given}")
            : new AwsException("InvalidStorageClass", "The storage class you specified is not valid");
    }
}
