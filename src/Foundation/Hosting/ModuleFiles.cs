using Estiba.Files;
using Estiba.State;

namespace Estiba.Hosting;

/// <summary>
/// A folder of the data directory in which a module keeps what is not in the store. What a backup takes, what is missed
/// when it is gone, and what <c>estiba verify</c> reads, follow from it.
/// </summary>
/// <param name="Folder">Its name in the data directory: <c>logs</c>.</param>
public sealed record ModuleFiles(string Folder)
{
    /// <summary>
    /// The files and folders in it that a backup takes, in this order: first what becomes part of something else, then
    /// what it becomes part of. Empty for the folder as it is.
    /// </summary>
    public IReadOnlyList<string> BackedUp { get; init; } = [];

    /// <summary>
    /// What in it, beside the folder itself, must be there again once it was: all but what the module takes away.
    /// </summary>
    public IReadOnlyList<string> Lasting { get; init; } = [];

    /// <summary>Whether it may be gone without anything being missed: it is somebody else's.</summary>
    public bool IsPassing { get; init; }

    /// <summary>The list in it of its files, which follows from them and so is in no backup; null for none.</summary>
    public string? Catalog { get; init; }

    /// <summary>Makes that list of the files in a directory that was just restored, given by its path.</summary>
    public Action<string>? MakeCatalog { get; init; }

    /// <summary>
    /// Reads the files without changing anything, and says what is wrong; null where nothing can be said of what is in
    /// them. The folder is there, but perhaps in a data directory of the first versions, which noted nothing.
    /// </summary>
    public Func<FilesCheck, Task>? CheckAsync { get; init; }

    /// <summary>The names in the data directory of what a backup takes.</summary>
    public IEnumerable<string> PathsInBackup => BackedUp.Count == 0 ? [Folder] : BackedUp.Select(In);

    /// <summary>The names in the data directory of what must be there again once it was.</summary>
    public IEnumerable<string> LastingPaths =>
        IsPassing ? [] : [Folder, .. Lasting.Select(In), .. Catalog is { } catalog ? [In(catalog)] : (string[])[]];

    private string In(string name) => $"{Folder}/{name}";
}

/// <summary>A check of a module's files, beside a platform that runs or without one.</summary>
/// <param name="Directory">The path of their folder.</param>
/// <param name="State">The state; null where it cannot be read.</param>
/// <param name="Refresh">Reads the state again: what a running platform deletes meanwhile is not missing.</param>
/// <param name="Findings">Gets what is found.</param>
/// <param name="Progress">Gets the path of each file that is about to be read.</param>
/// <param name="Cancellation">Gives up.</param>
public sealed record FilesCheck(
    string Directory,
    View? State,
    Func<Task<View?>> Refresh,
    Action<Finding> Findings,
    Action<string> Progress,
    CancellationToken Cancellation
);
