using System.Text.Json.Serialization;
using Estiba.S3.Buckets;
using Estiba.S3.Multipart;
using Estiba.S3.Objects;
using Estiba.S3.Storage;
using Estiba.State;

namespace Estiba.S3;

/// <summary>
/// The state of buckets. Names of buckets are unique in all accounts and regions, so keys begin with them.
/// </summary>
internal static class S3Tables
{
    internal static readonly Index<BucketRecord> BucketsByAccount = new("account", bucket => bucket.AccountId);

    internal static readonly Table<BucketRecord> Buckets = new(
        "s3.buckets",
        bucket => bucket.Name,
        S3Json.Default,
        BucketsByAccount
    );

    /// <summary>The latest version of each key, be it an object or a delete marker.</summary>
    internal static readonly Table<ObjectRecord> Objects = new(
        "s3.objects",
        found => ObjectRecord.KeyOf(found.Bucket, found.Key),
        S3Json.Default
    );

    /// <summary>All other versions, those of a key from the newest to the oldest.</summary>
    internal static readonly Table<ObjectRecord> Versions = new(
        "s3.versions",
        ObjectRecord.VersionKeyOf,
        S3Json.Default
    );

    internal static readonly Table<UploadRecord> Uploads = new(
        "s3.uploads",
        upload => UploadRecord.KeyOf(upload.Bucket, upload.Key, upload.UploadId),
        S3Json.Default
    );

    internal static readonly Table<PartRecord> Parts = new(
        "s3.parts",
        part => PartRecord.KeyOf(part.UploadId, part.Content.PartNumber),
        S3Json.Default
    );

    internal static readonly Table<RemovedFile> Removed = new("s3.removed-files", file => file.File, S3Json.Default);

    internal static IReadOnlyList<Table> All { get; } = [Buckets, Objects, Versions, Uploads, Parts, Removed];

    /// <summary>The contents that a state names, and by which algorithm their checksums are.</summary>
    internal static IEnumerable<(ContentFile Content, string Algorithm)> NamedContents(View view) =>
        view.Range(Objects)
            .Concat(view.Range(Versions))
            .SelectMany(version => version.Parts.Select(part => (part, version.ChecksumAlgorithm)))
            .Concat(view.Range(Parts).Select(part => (part.Content, part.ChecksumAlgorithm)));

    /// <summary>The files that a state names, those too that are to be deleted.</summary>
    internal static IEnumerable<string> NamedFiles(View view) =>
        NamedContents(view).Select(named => named.Content.File).Concat(view.Range(Removed).Select(file => file.File));

    /// <summary>Notes that contents are named no more; they are deleted after a while.</summary>
    internal static void Release(Transaction transaction, IEnumerable<ContentFile> contents, DateTimeOffset now)
    {
        foreach (var content in contents)
            transaction.Put(Removed, new RemovedFile(content.File, now));
    }
}

/// <summary>How the records of this service are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(BucketRecord))]
[JsonSerializable(typeof(ObjectRecord))]
[JsonSerializable(typeof(UploadRecord))]
[JsonSerializable(typeof(PartRecord))]
[JsonSerializable(typeof(RemovedFile))]
internal sealed partial class S3Json : JsonSerializerContext;
