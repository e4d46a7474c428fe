using System.Text;
using Estiba.Files;
using Estiba.State;

namespace Estiba.Ecr.Registry.Blobs;

/// <summary>
/// Looks at the start for the blobs that the state names. A single one that is lost leaves the others usable, and a
/// push brings it anew; that all are gone is no accident of one file.
/// </summary>
internal static class MissingBlobs
{
    private const int MostNamed = 20;

    /// <summary>
    /// The file with the digests of blobs that the operator knows are gone, so that the next start needs no word of it.
    /// </summary>
    private const string Accepted = "lost";

    /// <exception cref="InvalidDataException">All are missing, and that is not accepted.</exception>
    public static void Report(View state, BlobStore blobs, IFileStore files, EcrOptions options, Damage damage)
    {
        var named = RegistryCheck.Named(state);
        var missing = named
            .Keys.Where(digest => !blobs.Contains(digest))
            .OrderBy(digest => digest.ToString(), StringComparer.Ordinal)
            .ToList();
        if (missing.Count == 0)
        {
            files.Delete(Accepted);
            return;
        }

        var known = ReadAccepted(files);
        var isNew = missing.Exists(digest => !known.Contains(digest.ToString()));
        if (isNew && options.AcceptsLoss)
            files.Put(Accepted, Encoding.UTF8.GetBytes(string.Concat(missing.Select(digest => $"{digest}\n"))));
        if (isNew && missing.Count == named.Count && !options.AcceptsLoss)
        {
            throw new InvalidDataException(
                $"All {missing.Count} blobs of images are missing from {files.Locate("")}. "
                    + "Restore a backup (estiba restore), choose another data directory with --data, or go on "
                    + "without what is missing with --accept-loss."
            );
        }

        foreach (var digest in missing.Take(MostNamed))
            blobs.Verification.Missing(blobs.PathOf(digest), digest);
        if (missing.Count > MostNamed)
            damage.Report(
                "registry/blobs",
                $"{missing.Count - MostNamed} more blobs are missing from the registry's files. 'estiba verify' "
                    + "names them."
            );
    }

    private static HashSet<string> ReadAccepted(IFileStore files)
    {
        using var file = files.OpenRead(Accepted);
        if (file is null)
            return [];
        var content = new byte[file.Length];
        var length = file.Read(content, 0);
        return [.. Encoding.UTF8.GetString(content, 0, length).Split('\n')];
    }
}
