using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Estiba.Files;

/// <summary>
/// The names of all files that a store of many files has, in a file of its own: a file that somebody removed leaves no
/// other trace, and what was in it would be missing without a word.
/// </summary>
/// <remarks>
/// Each line is <c>+path</c> or <c>-path</c> and a checksum; a path that ends in a slash stands for all below it. A
/// name is added when its file is whole, and removed, durably, before the file is deleted; so a crash may leave out a
/// name, and never has one too many.
/// </remarks>
public sealed class FileCatalog : IDisposable
{
    private const string FileName = "catalog";
    private const int SumDigits = 8;

    /// <summary>It is written anew when it is so many times as long as its names need, and longer than this.</summary>
    private const int Overhang = 4;
    private const int SmallestRewrite = 64 << 10;

    private readonly Lock _gate = new();
    private readonly string _root;
    private readonly HashSet<string> _names;
    private SafeFileHandle _file;
    private long _length;
    private long _rewriteAt = SmallestRewrite;

    private FileCatalog(string root, HashSet<string> names, SafeFileHandle file)
    {
        _root = root;
        _names = names;
        _file = file;
        _length = RandomAccess.GetLength(file);
    }

    /// <summary>The names that are in the catalog, relative to the store's directory.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            lock (_gate)
                return [.. _names];
        }
    }

    /// <summary>
    /// Opens the catalog; where there is none, as in a directory of an earlier version, it is made of what is there.
    /// </summary>
    /// <param name="directory">The store's directory.</param>
    /// <param name="present">The paths of the files that are there.</param>
    /// <param name="damage">Hears of damaged lines.</param>
    public static FileCatalog Open(string directory, Func<IEnumerable<string>> present, Damage damage)
    {
        ArgumentNullException.ThrowIfNull(present);
        ArgumentNullException.ThrowIfNull(damage);
        var path = PathIn(directory);
        var known = new HashSet<string>(StringComparer.Ordinal);
        if (File.Exists(path))
        {
            if (Read(path, known) is > 0 and var broken)
                damage.Report(
                    path,
                    $"{path} has {broken} damaged lines: whether the files that they name are there is not known."
                );
        }
        else
        {
            known.UnionWith(present().Select(file => Path.GetRelativePath(directory, file).Replace('\\', '/')));
        }

        return new FileCatalog(directory, known, Begin(path, known));
    }

    /// <summary>
    /// The names in a catalog that is only read, and how many lines of it are damaged; null where there is none.
    /// </summary>
    public static (HashSet<string> Names, int Broken)? Peek(string directory)
    {
        if (!File.Exists(PathIn(directory)))
            return null;
        var known = new HashSet<string>(StringComparer.Ordinal);
        return (known, Read(PathIn(directory), known));
    }

    /// <summary>Notes a file that is whole.</summary>
    public void Add(string name)
    {
        lock (_gate)
        {
            if (!_names.Add(name))
                return;
            Append(["+" + name]);
            Shorten();
        }
    }

    /// <summary>Notes that files are about to be deleted; durable when it returns.</summary>
    /// <exception cref="IOException">It could not be written: they must not be deleted now.</exception>
    public void Remove(params IEnumerable<string> names)
    {
        lock (_gate)
        {
            var known = names.Where(_names.Contains).ToList();
            if (known.Count == 0)
                return;
            Append(known.Select(name => "-" + name));
            RandomAccess.FlushToDisk(_file);
            _names.ExceptWith(known);
            Shorten();
        }
    }

    /// <summary>Notes that a folder is about to be deleted with all that is in it.</summary>
    /// <exception cref="IOException">It could not be written: it must not be deleted now.</exception>
    public void RemoveFolder(string folder)
    {
        lock (_gate)
        {
            if (!_names.Any(name => name.StartsWith(folder + "/", StringComparison.Ordinal)))
                return;
            Append([$"-{folder}/"]);
            RandomAccess.FlushToDisk(_file);
            _names.RemoveWhere(name => name.StartsWith(folder + "/", StringComparison.Ordinal));
            Shorten();
        }
    }

    /// <summary>The name of a file in the store's directory.</summary>
    public string NameOf(string path) => Path.GetRelativePath(_root, path).Replace('\\', '/');

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static string PathIn(string directory) => Path.Combine(directory, FileName);

    /// <summary>
    /// Where the disk is full the catalog is emptied: then nothing is missed, and what is to be deleted can be.
    /// </summary>
    private void Append(IEnumerable<string> entries)
    {
        var lines = Encoding.UTF8.GetBytes(string.Concat(entries.Select(Line)));
        try
        {
            RandomAccess.Write(_file, lines, _length);
            _length += lines.Length;
        }
        catch (IOException)
        {
            RandomAccess.SetLength(_file, 0);
            _length = 0;
            _names.Clear();
        }
    }

    /// <summary>
    /// Writes the file anew when most of it is about names that are gone. Where that fails, it goes on growing.
    /// </summary>
    private void Shorten()
    {
        if (_length < _rewriteAt)
            return;
        try
        {
            var content = Content(_names);
            if (_length > Overhang * (long)content.Length)
                Exchange(content);
            _rewriteAt = Math.Max(SmallestRewrite, Overhang * (long)content.Length);
        }
        catch (IOException)
        {
            _rewriteAt = 2 * _length;
        }
    }

    /// <summary>Puts another file in the place of this one, of which it has the handle all the time.</summary>
    private void Exchange(byte[] content)
    {
        var path = PathIn(_root);
        var next = OpenFile(path + DurableFile.Unfinished, FileMode.Create);
        try
        {
            RandomAccess.Write(next, content, 0);
            RandomAccess.FlushToDisk(next);
            File.Move(path + DurableFile.Unfinished, path, overwrite: true);
        }
        catch
        {
            next.Dispose();
            File.Delete(path + DurableFile.Unfinished);
            throw;
        }

        _file.Dispose();
        (_file, _length) = (next, content.Length);
        DurableDirectory.Sync(_root);
    }

    private static byte[] Content(IEnumerable<string> names) =>
        Encoding.UTF8.GetBytes(string.Concat(names.Select(name => Line("+" + name))));

    private static SafeFileHandle OpenFile(string path, FileMode mode) =>
        PrivateFiles.Open(path, mode, FileAccess.ReadWrite, FileShare.ReadWrite);

    private static string Line(string entry) =>
        $"{entry} {Checksum.Of(Encoding.UTF8.GetBytes(entry)).ToString("x8", CultureInfo.InvariantCulture)}\n";

    /// <returns>How many lines are damaged. A last line without its end was never finished.</returns>
    private static int Read(string path, HashSet<string> names)
    {
        var broken = 0;
        foreach (var line in Lines(path))
        {
            var entry = line.Length > SumDigits + 2 ? line[..^(SumDigits + 1)] : "";
            if (entry.Length == 0 || Line(entry) != line + "\n")
                broken++;
            else if (entry[0] == '+')
                names.Add(entry[1..]);
            else if (entry[^1] == '/')
                names.RemoveWhere(name => name.StartsWith(entry[1..], StringComparison.Ordinal));
            else
                names.Remove(entry[1..]);
        }

        return broken;
    }

    /// <summary>The lines that have an end, and are not empty, of a file that may be written meanwhile.</summary>
    private static IEnumerable<string> Lines(string path)
    {
        using var file = new FileStream(
            path,
            FileMode.Open,
            FileAccess.Read,
            FileShare.ReadWrite | FileShare.Delete,
            bufferSize: 1
        );
        var buffer = new byte[64 << 10];
        var begun = 0;
        for (int read; (read = file.Read(buffer, begun, buffer.Length - begun)) > 0; )
        {
            var (start, filled) = (0, begun + read);
            for (int end; (end = Array.IndexOf(buffer, (byte)'\n', start, filled - start)) >= 0; start = end + 1)
            {
                if (end > start)
                    yield return Encoding.UTF8.GetString(buffer, start, end - start);
            }

            begun = filled - start;
            buffer.AsSpan(start, begun).CopyTo(buffer);
            if (begun == buffer.Length)
                Array.Resize(ref buffer, 2 * buffer.Length);
        }
    }

    /// <summary>
    /// Begins the file anew with one line for each name; it goes on with changes. Where there is no room for it, it is
    /// emptied.
    /// </summary>
    private static SafeFileHandle Begin(string path, HashSet<string> names)
    {
        try
        {
            DurableFile.Write(path, Content(names));
            return OpenFile(path, FileMode.Open);
        }
        catch (IOException)
        {
            File.Delete(path + DurableFile.Unfinished);
            var emptied = OpenFile(path, FileMode.OpenOrCreate);
            RandomAccess.SetLength(emptied, 0);
            names.Clear();
            return emptied;
        }
    }
}
