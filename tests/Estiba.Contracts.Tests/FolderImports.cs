using System.Text.RegularExpressions;

namespace Estiba.Contracts.Tests;

/// <summary>A file of one folder of a project that names something of another.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Folder">Its folder.</param>
/// <param name="Imported">The other folder.</param>
internal sealed record FolderImport(string File, string Folder, string Imported);

/// <summary>Which folders of a project import which, by the namespaces that their files use.</summary>
/// <remarks>
/// A folder with all that is in it counts as one. Files without a folder, and the parts of a service's operations
/// (<c>EcsApi.Tasks.cs</c>) that lie beside what they are about, are the top of their project and may import all.
/// </remarks>
internal sealed partial class FolderImports
{
    private FolderImports(IReadOnlyList<string> folders, IReadOnlyList<FolderImport> all) =>
        (Folders, All) = (folders, all);

    /// <summary>The folders that have a namespace.</summary>
    internal IReadOnlyList<string> Folders { get; }

    /// <summary>All imports of one folder by another.</summary>
    internal IReadOnlyList<FolderImport> All { get; }

    /// <summary>The imports of a project.</summary>
    internal static FolderImports Of(string project)
    {
        var root = RootOf(project);
        var sources = FilesOf(project)
            .Select(file => (Name: Path.GetFileName(file), Text: File.ReadAllText(file)))
            .Select(file => (file.Name, file.Text, Folder: FolderOf(root, NamespaceOf(file.Text))))
            .Where(file => file.Folder.Length > 0)
            .ToList();
        var folders = sources.Select(file => file.Folder).Distinct().ToList();

        // A namespace may be named whole, in a using or elsewhere, or from the root's on: Tasks.TaskNames.
        var named = new Regex(
            $@"(?:{Regex.Escape(root)}\.|(?<![\w.""]))(?<folder>{string.Join('|', folders)})(?:\.[A-Z]|;)",
            RegexOptions.ExplicitCapture,
            TimeSpan.FromSeconds(10)
        );
        return new FolderImports(
            folders,
            [
                .. sources.SelectMany(file =>
                    named
                        .Matches(Namespaces().Replace(Comments().Replace(file.Text, ""), ""))
                        .Select(match => match.Groups["folder"].Value)
                        .Distinct()
                        .Where(folder => folder != file.Folder)
                        .Select(folder => new FolderImport(file.Name, file.Folder, folder))
                ),
            ]
        );
    }

    /// <summary>The folders that import each other, directly or by others; none where they have an order.</summary>
    internal IReadOnlyList<string> Circle()
    {
        var left = Folders.ToList();
        while (
            left.Find(folder => !All.Any(import => import.Folder == folder && left.Contains(import.Imported)))
                is { } lowest
        )
            left.Remove(lowest);
        return left;
    }

    /// <summary>The files of a project whose namespace is not their folder's.</summary>
    internal static IReadOnlyList<string> Misplaced(string project)
    {
        var root = RootOf(project);
        return
        [
            .. FilesOf(project)
                .Where(file =>
                {
                    var folder = Path.GetRelativePath(project, Path.GetDirectoryName(file)!);
                    var isTop = folder == "." || ApiParts().IsMatch(Path.GetFileName(file));
                    var expected = isTop ? root : $"{root}.{folder.Replace(Path.DirectorySeparatorChar, '.')}";
                    return NamespaceOf(File.ReadAllText(file)) is { Length: > 0 } found && found != expected;
                })
                .Select(file => Path.GetRelativePath(project, file)),
        ];
    }

    private static string RootOf(string project) =>
        Path.GetFileNameWithoutExtension(Directory.GetFiles(project, "*.csproj").Single());

    private static IEnumerable<string> FilesOf(string project) =>
        Directory
            .EnumerateFiles(project, "*.cs", SearchOption.AllDirectories)
            .Where(file => !Built().IsMatch(Path.GetRelativePath(project, file)));

    private static string NamespaceOf(string text) => Namespaces().Match(text).Groups["name"].Value;

    private static string FolderOf(string root, string name) =>
        name.StartsWith(root + ".", StringComparison.Ordinal) ? name[(root.Length + 1)..].Split('.')[0] : "";

    [GeneratedRegex(@"^namespace (?<name>[\w.]+);", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Namespaces();

    [GeneratedRegex("//.*", RegexOptions.None, 10_000)]
    private static partial Regex Comments();

    [GeneratedRegex(@"^\w+Api\.\w+\.cs$", RegexOptions.None, 10_000)]
    private static partial Regex ApiParts();

    [GeneratedRegex(@"^(obj|bin)[/\\]", RegexOptions.ExplicitCapture, 10_000)]
    private static partial Regex Built();
}
