using System.Text.Json;
using Estiba.Files;
using Estiba.Hosting;

namespace Estiba.Instances;

/// <summary>Reads what the agents of virtual instances keep, and changes nothing.</summary>
internal static class AgentsCheck
{
    internal static Task RunAsync(FilesCheck check)
    {
        if (!Directory.Exists(check.Directory))
            return Task.CompletedTask;
        foreach (var path in Directory.EnumerateFiles(check.Directory, "*.json", SearchOption.AllDirectories))
        {
            check.Progress(path);
            Read(path, check.Findings);
        }

        return Task.CompletedTask;
    }

    private static void Read(string path, Action<Finding> findings)
    {
        try
        {
            using var content = JsonDocument.Parse(File.ReadAllBytes(path));
        }
        catch (Exception damaged) when (damaged is JsonException || DiskFault.Is(damaged))
        {
            findings(
                new Finding(
                    $"{path} is damaged ({damaged.Message}): the agent has forgotten what it says. Restore a "
                        + "backup (estiba restore)."
                )
            );
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            // The platform runs, and the task has ended, or the instance.
        }
    }
}
