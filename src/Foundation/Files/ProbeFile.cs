namespace Estiba.Files;

/// <summary>
/// The file by which a health check finds out whether a directory can be written: it holds nothing, and what a process
/// that was killed meanwhile has left of it is nothing to wonder at.
/// </summary>
public static class ProbeFile
{
    /// <summary>What it is called.</summary>
    public const string Name = ".estiba-probe";
}
