namespace Estiba.Compute.UserData;

/// <summary>The files that user data would have written on the instance; kept while it is read.</summary>
internal sealed class InstanceFiles
{
    /// <summary>Of one file, and of what one command says; more is cut off.</summary>
    public const int MostCharacters = 256 * 1024;

    /// <summary>Of all files together; what would be more is not written.</summary>
    private const int MostInAll = 4 * 1024 * 1024;

    private readonly Dictionary<string, string> _contents = [];
    private int _inAll;

    public string Read(string path) => _contents.GetValueOrDefault(path, "");

    public bool Exists(string path) => _contents.ContainsKey(path);

    public void Delete(string path)
    {
        if (_contents.Remove(path, out var content))
            _inAll -= SizeOf(path, content);
    }

    public void Write(string path, string content, bool append)
    {
        var all = append ? Read(path) + content : content;
        if (all.Length > MostCharacters)
            all = all[..MostCharacters];
        Delete(path);
        if (_inAll + SizeOf(path, all) > MostInAll)
            return;
        _contents[path] = all;
        _inAll += SizeOf(path, all);
    }

    private static int SizeOf(string path, string content) => path.Length + content.Length;
}
