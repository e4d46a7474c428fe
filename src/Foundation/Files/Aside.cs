namespace Estiba.Files;

/// <summary>Keeps damaged files and parts of files: they are renamed or copied, and never deleted.</summary>
public static class Aside
{
    private const string Extension = ".damaged";

    /// <summary>Whether a path is that of a file that was put aside.</summary>
    public static bool IsAside(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Path.GetFileName(path).Contains(Extension, StringComparison.Ordinal);
    }

    /// <summary>Renames a file.</summary>
    /// <returns>Its new path.</returns>
    /// <exception cref="IOException">It cannot be renamed, or is not there.</exception>
    public static string Move(string path)
    {
        var target = path + Extension;
        for (var i = 2; File.Exists(target); i++)
            target = $"{path}{Extension}.{i}";
        File.Move(path, target);
        return target;
    }

    /// <summary>Copies a part of a file, once, with zeros for what the disk cannot read of it.</summary>
    /// <returns>Where it is.</returns>
    public static string Copy(string path, long from, long through)
    {
        var target = $"{path}{Extension}-{from}";
        if (File.Exists(target))
            return target;

        using var source = File.OpenHandle(
            path,
            FileMode.Open,
            FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete
        );
        using var copy = PrivateFiles.OpenStream(target, FileMode.Create, FileAccess.Write, FileShare.Read);
        var buffer = new byte[64 << 10];
        while (from < through)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(buffer.Length, through - from));
            var read = DiskFault.Read((span, offset) => RandomAccess.Read(source, span, offset), part, from);
            if (read == 0)
                break;
            copy.Write(buffer, 0, read);
            from += read;
        }

        copy.Flush(flushToDisk: true);
        return target;
    }
}
