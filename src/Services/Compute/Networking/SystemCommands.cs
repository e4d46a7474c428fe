namespace Estiba.Compute.Networking;

/// <summary>
/// Finds a command of the system's administrator; an ordinary user's PATH often lacks the sbin folders.
/// </summary>
internal static class SystemCommands
{
    private static readonly string[] Folders = ["/usr/sbin", "/sbin", "/usr/bin", "/bin"];

    /// <summary>Its path.</summary>
    /// <param name="name">For example <c>ip</c>.</param>
    /// <param name="package">The Debian package that has it.</param>
    /// <exception cref="NetworkException">It is missing.</exception>
    public static string Find(string name, string package) =>
        Array.Find([.. Folders.Select(folder => $"{folder}/{name}")], File.Exists)
        ?? throw new NetworkException($"The command {name} is missing; install {package} (apt-get install {package})");
}
