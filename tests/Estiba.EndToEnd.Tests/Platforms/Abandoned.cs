using System.Diagnostics;
using System.Globalization;
using Estiba.Demo;
using Estiba.EndToEnd.Tests.Hosts;
using Estiba.Platforms;

namespace Estiba.EndToEnd.Tests.Platforms;

/// <summary>Removes worlds: one at its own end, and those of test runs that were killed.</summary>
internal static class Abandoned
{
    private const string Prefix = "estiba-e2e-";
    private const string RegistriesFile = "registries";
    private static readonly SemaphoreSlim Once = new(1, 1);
    private static bool _removed;

    /// <summary>
    /// A directory for a world. Its name says whose it is: it must be known from the first moment, since another test
    /// may be removing what is nobody's.
    /// </summary>
    public static string NewRoot() => Directory.CreateTempSubdirectory($"{Prefix}{Environment.ProcessId}-").FullName;

    /// <summary>Writes down which registries' images in the engine are the world's own.</summary>
    public static void RememberRegistries(string root, params string[] registries) =>
        File.WriteAllLines(Path.Combine(root, RegistriesFile), registries);

    /// <summary>Removes the worlds of test processes that live no more; does it once in this one.</summary>
    public static async Task RemoveAllAsync()
    {
        await Once.WaitAsync();
        try
        {
            if (_removed)
                return;
            foreach (var root in Directory.EnumerateDirectories(Path.GetTempPath(), Prefix + "*").Where(HasNoOwner))
            {
                await Host.RemoveAllAsync(root);
                KillProcessesOf(root);
                await RemoveAsync(root);
            }

            _removed = true;
        }
        finally
        {
            Once.Release();
        }
    }

    /// <summary>Removes one world whose platforms do not run any more.</summary>
    public static async Task RemoveAsync(string root)
    {
        await Host.RemoveAllAsync(root);
        var shell = new Shell(Path.GetTempPath(), new Dictionary<string, string?>());
        foreach (var data in Directory.EnumerateDirectories(root, "data*"))
        {
            await new Leftovers(shell).RemoveAsync(DataLayout.At(data), CancellationToken.None);
        }

        var registries = Path.Combine(root, RegistriesFile);
        foreach (var registry in File.Exists(registries) ? await File.ReadAllLinesAsync(registries) : [])
        {
            var images = $"docker images --format '{{{{.Repository}}}}:{{{{.Tag}}}}' --filter reference='{registry}/*'";
            await shell.RunAsync($"{images} | xargs -r docker rmi", silence: null, CancellationToken.None);
        }

        Directory.Delete(root, recursive: true);
    }

    private static bool HasNoOwner(string root) =>
        Path.GetFileName(root)[Prefix.Length..].Split('-') is not [var owner, _]
        || !int.TryParse(owner, CultureInfo.InvariantCulture, out var process)
        || !Directory.Exists($"/proc/{process}");

    /// <summary>Platforms and engines that were started with a path in this world.</summary>
    private static void KillProcessesOf(string root)
    {
        foreach (var process in Process.GetProcesses())
        {
            using (process)
            {
                if (CommandLineOf(process).Contains(root + "/", StringComparison.Ordinal))
                    process.Kill();
            }
        }
    }

    private static string CommandLineOf(Process process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process.Id}/cmdline");
        }
        catch (IOException)
        {
            return ""; // ended meanwhile
        }
    }
}
