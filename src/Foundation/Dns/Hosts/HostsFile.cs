using System.Text;
using Estiba.Dns.Names;

namespace Estiba.Dns.Hosts;

/// <summary>
/// A marked block of names at the end of a hosts file ("hosts", Linux manual pages). Everything else in the file is
/// left as it is.
/// </summary>
/// <remarks>
/// The file is written in place: it may be mounted, and keeps its owner and its rights. Nothing before the block is
/// touched, and what is shortened is overwritten with empty lines first, so that whoever is killed leaves a file that
/// can be read. Platforms take turns by the file's lock.
/// </remarks>
/// <param name="path">The file, which must be there.</param>
/// <param name="owner">The directory of whoever keeps the block. Blocks of directories that are gone are taken
/// away.</param>
public sealed class HostsFile(string path, string owner)
{
    private const string Begin = "# BEGIN estiba ";
    private const string End = "# END estiba ";

    /// <summary>Puts these names into the block; without any there is no block.</summary>
    /// <returns>Whether anything had to be written.</returns>
    /// <exception cref="IOException">The file is missing, or another program has it now.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not write it.</exception>
    public bool Write(IEnumerable<HostEntry> entries)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        var before = new byte[file.Length];
        file.ReadExactly(before);
        var after = Encoding.UTF8.GetBytes(Changed(Encoding.UTF8.GetString(before), entries));
        var same = before.AsSpan().CommonPrefixLength(after);
        if (same == before.Length && same == after.Length)
            return false;

        var rest = new byte[Math.Max(before.Length, after.Length) - same];
        rest.AsSpan().Fill((byte)'\n');
        after.AsSpan(same).CopyTo(rest);
        file.Position = same;
        file.Write(rest);
        file.Flush();
        file.SetLength(after.Length);
        return true;
    }

    /// <summary>The text with another block.</summary>
    internal string Changed(string text, IEnumerable<HostEntry> entries)
    {
        var kept = new StringBuilder();
        string? inside = null;
        foreach (var line in text.Split('\n'))
        {
            if (inside is null && line.StartsWith(Begin, StringComparison.Ordinal) && IsOver(line[Begin.Length..]))
                inside = End + line[Begin.Length..];
            else if (inside is null)
                kept.Append(line).Append('\n');
            else if (line == inside)
                inside = null;
        }

        // A block without an end was damaged by somebody: nobody knows what belongs to it.
        if (inside is not null)
            return text;
        kept.Length--;
        var lines = entries.Select(entry => $"{entry.Address} {string.Join(' ', entry.Names)}\n").ToList();
        if (lines.Count == 0)
            return kept.ToString();
        if (kept.Length > 0 && kept[^1] != '\n')
            kept.Append('\n');
        return kept.Append(Begin)
            .Append(owner)
            .Append('\n')
            .AppendJoin("", lines)
            .Append(End)
            .Append(owner)
            .Append('\n')
            .ToString();
    }

    private bool IsOver(string other) => other == owner || !Directory.Exists(other);
}
