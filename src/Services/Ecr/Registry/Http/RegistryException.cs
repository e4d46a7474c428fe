namespace Estiba.Ecr.Registry.Http;

/// <summary>
/// A refusal in the words of the registry protocol; <see cref="RegistryEndpoint"/> makes the answer of it.
/// </summary>
/// <remarks>"Error codes" in the OCI distribution specification.</remarks>
#pragma warning disable CA1064, CA1032, MA0160, RCS1194 // Thrown and caught in this room only.
internal sealed class RegistryException(int status, string code, string message) : Exception(message)
#pragma warning restore CA1064, CA1032, MA0160, RCS1194
{
    public int Status => status;

    public string Code => code;

    /// <summary>What the <c>Range</c> header of the answer says: how far an upload is.</summary>
    public long? Received { get; private init; }

    public static RegistryException BlobUnknown(string digest) =>
        new(404, "BLOB_UNKNOWN", $"The repository has no layer with digest '{digest}'.");

    public static RegistryException UploadUnknown(string id) =>
        new(
            404,
            "BLOB_UPLOAD_UNKNOWN",
            $"There is no upload with id '{id}' in this repository. It has ended, or was abandoned for too long."
        );

    public static RegistryException UploadInvalid(string message) => new(400, "BLOB_UPLOAD_INVALID", message);

    public static RegistryException OutOfOrder(long received) =>
        new(416, "BLOB_UPLOAD_INVALID", $"The next chunk must begin at byte {received}.") { Received = received };

    public static RegistryException DigestInvalid(string message) => new(400, "DIGEST_INVALID", message);

    public static RegistryException SizeInvalid(string message) => new(400, "SIZE_INVALID", message);

    public static RegistryException ManifestInvalid(string message, int status = 400) =>
        new(status, "MANIFEST_INVALID", message);

    public static RegistryException ManifestUnknown() => new(404, "MANIFEST_UNKNOWN", "Requested image not found");

    public static RegistryException ManifestArchived() =>
        new(404, "MANIFEST_UNKNOWN", "The image is archived. Restore it before it is pulled.");

    public static RegistryException TagInvalid(string tag) =>
        new(
            400,
            "TAG_INVALID",
            $"'{tag}' is not a tag: up to 128 letters, digits, '_', '.' and '-', not beginning with '.' or '-'."
        );

    public static RegistryException Unauthorized(string message) => new(401, "UNAUTHORIZED", message);

    public static RegistryException Denied(string message) => new(403, "DENIED", message);

    public static RegistryException Unsupported(string message) => new(405, "UNSUPPORTED", message);

    public static RegistryException TooManyUploads(int limit) =>
        new(429, "TOOMANYREQUESTS", $"{limit} uploads are under way. Try again when some have ended.");

    /// <summary>
    /// Clients show the message of a 4xx answer only, and try again and again after a 5xx: so this is a 413, not a 507.
    /// </summary>
    public static RegistryException DiskFull() =>
        new(413, "DENIED", "The registry's disk is full. Free some space, or delete images, and push again.");
}
