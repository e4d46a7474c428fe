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

    private readonly Lock _gate = new();
    private readonly string _root;
    private readonly HashSet<string> _names;
    private readonly SafeFileHandle _file;
    private long _length;

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
            if (_names.Add(name))
                Append(["+" + name]);
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

    private static string Line(string entry) =>
        $"{entry} {Checksum.Of(Encoding.UTF8.GetBytes(entry)).ToString("x8", CultureInfo.InvariantCulture)}\n";

    /// <returns>How many lines are damaged. A last line without its end was never finished.</returns>
    private static int Read(string path, HashSet<string> names)
    {
        var broken = 0;
        var text = File.ReadAllText(path);
        foreach (var line in text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries))
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

    /// <summary>
    /// Begins the file anew with one line for each name; it goes on with changes. Where there is no room for it, it is
    /// emptied.
    /// </summary>
    private static SafeFileHandle Begin(string path, HashSet<string> names)
    {
        try
        {
            DurableFile.Write(path, Encoding.UTF8.GetBytes(string.Concat(names.Select(name => Line("+" + name)))));
            return PrivateFiles.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        }
        catch (IOException)
        {
            File.Delete(path + DurableFile.Unfinished);
            var emptied = PrivateFiles.Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite);
            RandomAccess.SetLength(emptied, 0);
            names.Clear();
            return emptied;
        }
    }
}
