using System.Diagnostics;

namespace Estiba.Benchmarks;

/// <summary>Finds the repository that is measured, and what is built of it.</summary>
internal static class Repository
{
    internal static string Root { get; } = Find();

    /// <summary>What users call, after it has built what is older than its sources.</summary>
    internal static string Executable
    {
        get
        {
            using var build = Process.Start(
                new ProcessStartInfo(Path.Combine(Root, "estiba"), ["--version"])
                {
                    UseShellExecute = false,
                    RedirectStandardOutput = true,
                }
            ) ?? throw new InvalidOperationException("./estiba cannot be started.");
            build.StandardOutput.ReadToEnd();
            build.WaitForExit();
            return build.ExitCode == 0
                ? Path.Combine(Root, "estiba")
                : throw new InvalidOperationException("./estiba --version failed.");
        }
    }

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Estiba.slnx")))
            folder = folder.Parent
                ?? throw new InvalidOperationException("The benchmarks do not stand in the repository.");
        return folder.FullName;
    }
}
