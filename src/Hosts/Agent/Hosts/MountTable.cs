using Estiba.Contracts;

namespace Estiba.Agent.Hosts;

/// <summary>
/// What is mounted where, as far as that lets one file be seen in two places ("proc_pid_mountinfo", Linux manual).
/// </summary>
internal sealed class MountTable
{
    private const string Source = "/proc/self/mountinfo";
    private readonly List<Mount> _mounts = [];

    private MountTable() { }

    /// <summary>The mounts of this machine, as this process sees them; none where the kernel does not tell.</summary>
    public static MountTable Read()
    {
        try
        {
            return Parse(File.ReadAllText(Source));
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            return new MountTable();
        }
    }

    /// <summary>
    /// The mounts of a text in the kernel's form: number, parent, device, root, mount point and more.
    /// </summary>
    public static MountTable Parse(string text)
    {
        var table = new MountTable();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            if (line.Split(' ') is [_, _, var device, var root, var point, ..])
                table._mounts.Add(new Mount(device, Unescape(root), Unescape(point)));
        return table;
    }

    /// <summary>
    /// Whether one path is, holds or lies in what another one is on its device, or something that is mounted beneath it
    /// does.
    /// </summary>
    /// <param name="path">A path without links.</param>
    /// <param name="other">Another one.</param>
    public bool Overlap(string path, string other)
    {
        if (Locate(other) is not { } kept)
            return false;
        return (Locate(path) is { } place && Overlap(place, kept))
            || _mounts.Exists(mount =>
                HostAccess.IsWithin(path, mount.Point) && Overlap((mount.Device, mount.Root), kept)
            );
    }

    private static bool Overlap((string Device, string Path) one, (string Device, string Path) other) =>
        one.Device == other.Device
        && (HostAccess.IsWithin(one.Path, other.Path) || HostAccess.IsWithin(other.Path, one.Path));

    private (string Device, string Path)? Locate(string path)
    {
        // Of two mounts on one point the later one is seen.
        var mount = _mounts
            .Where(candidate => HostAccess.IsWithin(candidate.Point, path))
            .Reverse()
            .MaxBy(candidate => candidate.Point.TrimEnd('/').Length);
        return mount is null ? null : (mount.Device, mount.Root.TrimEnd('/') + path[mount.Point.TrimEnd('/').Length..]);
    }

    // Blanks and the like are three octal digits behind a backslash.
    private static string Unescape(string text)
    {
        var result = new System.Text.StringBuilder(text.Length);
        for (var place = 0; place < text.Length; place++)
        {
            if (text[place] == '\\' && place + 3 < text.Length)
            {
                result.Append((char)Convert.ToInt32(text.Substring(place + 1, 3), 8));
                place += 3;
            }
            else
            {
                result.Append(text[place]);
            }
        }

        return result.ToString();
    }

    private sealed record Mount(string Device, string Root, string Point);
}
