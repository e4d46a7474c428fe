namespace Estiba.Platforms;

/// <summary>
/// Where things are in the one directory that holds all that a platform keeps (<c>docs/operations.md</c>).
/// </summary>
/// <remarks>It and what is in it are the user's alone, 0700 and 0600: it holds the access keys.</remarks>
/// <param name="Root">The directory itself, an absolute path.</param>
internal sealed record DataLayout(string Root)
{
    /// <summary>The name, or the end of it, of a directory that is being restored.</summary>
    internal const string Restoring = ".restoring";

    internal string State => Path.Combine(Root, "state.db");

    /// <summary>Each virtual instance's agent has a directory in it, named by the instance's id.</summary>
    internal string Agents => Path.Combine(Root, "agents");

    /// <summary>Environment files, where no other directory is named: a folder for each bucket.</summary>
    internal string EnvironmentFiles => EnvironmentFilesIn(Root);

    /// <summary>The access key that was made at the first start.</summary>
    internal string Credentials => Path.Combine(Root, "credentials");

    /// <summary>Where the platform answers, or answered when it ran last.</summary>
    internal string Endpoint => Path.Combine(Root, "endpoint");

    /// <summary>The certificate of the authority that signed the platform's, where clients have to be told.</summary>
    internal string Authority => Path.Combine(Root, "ca.pem");

    /// <summary><c>$XDG_DATA_HOME/estiba</c>, usually <c>~/.local/share/estiba</c>.</summary>
    internal static DataLayout Default => At(Path.Combine(XdgHome("XDG_DATA_HOME", ".local/share"), "estiba"));

    /// <summary>Where environment files are by default, beside what an agent keeps.</summary>
    internal static string EnvironmentFilesIn(string directory) => Path.Combine(directory, "environment-files");

    /// <summary>A module's folder.</summary>
    internal string In(string folder) => Path.Combine(Root, folder);

    /// <summary>Whether a module's folder is there.</summary>
    internal bool Has(string folder) => Directory.Exists(In(folder));

    internal static DataLayout At(string path) => new(Path.GetFullPath(path));

    /// <summary>
    /// A base directory of the XDG specification, which says that a relative path in the variable is ignored.
    /// </summary>
    internal static string XdgHome(string variable, string underHome) =>
        Environment.GetEnvironmentVariable(variable) is { } path && Path.IsPathRooted(path)
            ? path
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), underHome);
}
