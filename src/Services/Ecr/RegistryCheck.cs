using Estiba.Ecr.GarbageCollection;
using Estiba.Ecr.Registry.Blobs;
using Estiba.Files;
using Estiba.State;

namespace Estiba.Ecr;

/// <summary>
/// Reads the registry's files without changing anything, beside a platform that runs or without one, and says what is
/// wrong with them.
/// </summary>
public static class RegistryCheck
{
    /// <summary>Compares every blob with its digest, and looks for those that the state names.</summary>
    /// <param name="directory">The registry's directory.</param>
    /// <param name="state">The state; null where it cannot be read.</param>
    /// <param name="refresh">Reads the state again: what a running platform deletes meanwhile is not missing.</param>
    /// <param name="findings">Gets what is found.</param>
    /// <param name="progress">Gets the path of each file that is about to be read.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task RunAsync(
        string directory,
        View? state,
        Func<Task<View?>> refresh,
        Action<Finding> findings,
        Action<string> progress,
        CancellationToken cancellation
    )
    {
        ArgumentNullException.ThrowIfNull(refresh);
        ArgumentNullException.ThrowIfNull(findings);
        ArgumentNullException.ThrowIfNull(progress);
        var blobs = Path.Combine(directory, BlobStore.Folder);
        foreach (var needed in new[] { directory, blobs })
        {
            if (Directory.Exists(needed))
                continue;
            findings(new Finding($"{needed} is missing, and the images with it. Restore a backup (estiba restore)."));
            return;
        }

        var files = new FileDirectory(directory);
        CompareAll(files, state, findings, progress, cancellation);
        await LookForMissingAsync(files, state, refresh, findings);
    }

    /// <summary>The digests that a state names, and the size that each has.</summary>
    internal static Dictionary<Digest, long> Named(View state)
    {
        var named = new Dictionary<Digest, long>();
        foreach (var layer in state.Range(EcrTables.Layers))
            if (Digest.TryParse(layer.Digest, out var digest))
                named[digest] = layer.Size;
        foreach (var image in state.Range(EcrTables.Images))
            if (Digest.TryParse(image.Digest, out var digest))
                named[digest] = image.ManifestSize;
        return named;
    }

    private static void CompareAll(
        FileDirectory files,
        View? state,
        Action<Finding> findings,
        Action<string> progress,
        CancellationToken cancellation
    )
    {
        var unknown = 0;
        foreach (var name in files.List(BlobStore.Folder).Select(file => file.Name))
        {
            cancellation.ThrowIfCancellationRequested();
            if (Path.GetFileName(name) == ProbeFile.Name)
                continue;
            var path = files.Locate(name);
            if (DigestIn(name) is not { } digest)
            {
                findings(
                    new Finding(
                        Aside.IsAside(path) ? $"{path} is damaged and was put aside earlier." : $"{path} is no blob.",
                        IsNote: true
                    )
                );
                continue;
            }

            progress(path);
            using var file = files.OpenRead(name);
            if (file is null)
                continue; // The platform runs, and has deleted it meanwhile.
            if (BlobVerification.DigestOf(file, digest) != digest)
                findings(
                    new Finding(
                        $"The blob {path} is damaged. Delete the file and push an image that has it again, or "
                            + "restore a backup (estiba restore)."
                    )
                );
            else if (
                state is not null
                && !UnlinkedBlobs.IsLinked(state, digest.ToString())
                && state.Find(EcrTables.UnlinkedBlobs, digest.ToString()) is null
            )
                unknown++;
        }

        if (unknown > 0)
            findings(
                new Finding(
                    $"{files.Locate(BlobStore.Folder)} has {unknown} blobs that the state does not know; they are "
                        + "kept.",
                    IsNote: true
                )
            );
    }

    private static async Task LookForMissingAsync(
        FileDirectory files,
        View? state,
        Func<Task<View?>> refresh,
        Action<Finding> findings
    )
    {
        if (state is null)
            return;
        var missing = Named(state).Keys.Where(digest => files.Find(BlobStore.NameOf(digest)) is null).ToList();
        if (missing.Count == 0 || await refresh() is not { } now)
            return;
        foreach (var digest in missing.Where(digest => UnlinkedBlobs.IsLinked(now, digest.ToString())))
            findings(
                new Finding(
                    $"The blob {digest} is missing from {files.Locate(BlobStore.Folder)}. Push an image that has it "
                        + "again, or restore a backup (estiba restore)."
                )
            );
    }

    /// <summary>The digest that a file is named by; null where it is no blob.</summary>
    private static Digest? DigestIn(string name)
    {
        var parts = name.Split('/');
        return Digest.TryParse($"{parts[1]}:{parts[^1]}", out var digest) ? digest : null;
    }
}
