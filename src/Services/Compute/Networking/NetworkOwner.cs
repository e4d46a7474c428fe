namespace Estiba.Compute.Networking;

/// <summary>
/// The platform that a Docker network was made for, as its labels tell another one: whether it can ever come back.
/// </summary>
/// <param name="Directory">Where it keeps everything.</param>
/// <param name="Mounts">The mount namespace in which that directory has this name.</param>
internal sealed record NetworkOwner(string Directory, string Mounts)
{
    private const string DirectoryLabel = "estiba.data";
    private const string MountsLabel = "estiba.mounts";

    /// <summary>The platform of this process.</summary>
    public static NetworkOwner Of(string directory) => new(directory, MountsOfThisProcess());

    /// <summary>Null where the labels do not tell: nobody can know then.</summary>
    public static NetworkOwner? FromLabels(Func<string, string?> label) =>
        label(DirectoryLabel) is { Length: > 0 } directory && label(MountsLabel) is { Length: > 0 } mounts
            ? new(directory, mounts)
            : null;

    /// <summary>For <see cref="FromLabels"/>.</summary>
    public IEnumerable<KeyValuePair<string, string>> ToLabels() =>
        [new(DirectoryLabel, Directory), new(MountsLabel, Mounts)];

    /// <summary>
    /// Whether its directory was deleted. What this process cannot see may be there: another namespace's files, another
    /// user's.
    /// </summary>
    public bool IsGone()
    {
        if (Mounts != MountsOfThisProcess())
            return false;
        try
        {
            File.GetAttributes(Directory);
            return false;
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return true;
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string MountsOfThisProcess() => new FileInfo("/proc/self/ns/mnt").LinkTarget ?? "";
}
