using System.Collections.Concurrent;
using System.Security.Cryptography;
using Estiba.Files;

namespace Estiba.Ecr.Registry.Blobs;

/// <summary>
/// Compares blobs with their digests when they are read: each that was not pushed in the life of the process once, on
/// its way to the first client that pulls it.
/// </summary>
internal sealed class BlobVerification(Damage damage)
{
    private readonly ConcurrentDictionary<Digest, DateTimeOffset> _verified = new();

    /// <summary>
    /// Whether the blob is to be compared when it is read next: it never was, or its file was written since.
    /// </summary>
    public bool IsDue(Digest digest, IStoredFile file) =>
        !_verified.TryGetValue(digest, out var written) || written != file.WrittenAt;

    /// <summary>It was compared, and is what its digest says.</summary>
    public void Passed(Digest digest, IStoredFile file) => _verified[digest] = file.WrittenAt;

    /// <summary>A file that was compared when it came in has taken the blob's place.</summary>
    public void Stored(Digest digest, StoredFileInfo file) => _verified[digest] = file.WrittenAt;

    /// <summary>Reports a blob that is not in its place.</summary>
    public void Missing(string path, Digest digest) =>
        damage.Report(
            path,
            $"The blob {digest} is missing from the registry's files ({path}). Push an image that has it again, or "
                + "restore a backup (estiba restore)."
        );

    /// <summary>Reports a blob that is not what its digest says.</summary>
    public void Failed(string path, Digest digest, string aside) =>
        damage.Report(
            $"{path}#{digest}",
            $"The blob {digest} is damaged and was put aside as {aside}. Push an image that has it again, or "
                + "restore a backup (estiba restore)."
        );

    /// <summary>The digest that a file has, by the algorithm of another.</summary>
    public static Digest DigestOf(IStoredFile file, Digest like)
    {
        using var hash = IncrementalHash.CreateHash(
            like.IsSha256 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA512
        );
        var buffer = new byte[256 * 1024];
        for (long offset = 0; ; )
        {
            var read = file.Read(buffer, offset);
            if (read == 0)
                return Of(hash, like);
            hash.AppendData(buffer, 0, read);
            offset += read;
        }
    }

    public static Digest Of(IncrementalHash hash, Digest like) =>
        like.IsSha256 ? Digest.FromSha256(hash.GetHashAndReset()) : Digest.FromSha512(hash.GetHashAndReset());
}
