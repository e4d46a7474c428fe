namespace Estiba.Compute.UserData;

/// <summary>The files that user data would have written on the instance; kept while it is read.</summary>
internal sealed class InstanceFiles
{
    /// <summary>Of one file, and of what one command says; more is cut off.</summary>
    public const int MostCharacters = 256 * 1024;

    private readonly Dictionary<string, string> _contents = [];

    public string Read(string path) => _contents.GetValueOrDefault(path, "");

    public bool Exists(string path) => _contents.ContainsKey(path);

    public void Delete(string path) => _contents.Remove(path);

    public void Write(string path, string content, bool append)
    {
        var all = append ? Read(path) + content : content;
        _contents[path] = all.Length > MostCharacters ? all[..MostCharacters] : all;
    }
}
