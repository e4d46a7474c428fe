using Estiba.Agent;
using Estiba.CommandLine;
using Estiba.Engines;
using Estiba.Instances;

namespace Estiba.Platforms;

/// <summary>
/// Keeps a copy of a data directory from taking over the containers of the original. It has the same identity and the
/// same instances, and would take for rubbish what the original has started since.
/// </summary>
internal static class TakeOver
{
    /// <summary>
    /// Refuses to start a directory that was copied or restored from elsewhere while there is anything to take over
    /// that the operator has not spoken of.
    /// </summary>
    /// <exception cref="CommandException">The original is there, or its containers are.</exception>
    internal static async Task CheckAsync(
        DataDirectory directory,
        PlatformConfiguration configuration,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        if (!directory.IsElsewhere || configuration.TakesOver)
            return;
        var (identity, here) = (directory.Identity, PlatformPlace.Of(configuration.Data));
        if (
            identity.Place is { } there
            && there != here
            && there.Machine == here.Machine
            && IsOriginal(there.Path, identity.Id)
        )
        {
            throw new CommandException(
                $"{here.Path} is a copy of {there.Path}, which is there still: both together would fight for the "
                    + "same containers. "
                    + "Start that one; or, if it is never started again, take its containers over with --take-over."
            );
        }

        if (configuration.Engine != EngineKind.Docker)
            return;
        var containers = await ContainersAsync(identity.Id, configuration, time, cancellation);
        if (containers.Count > 0)
        {
            throw new CommandException(
                $"{here.Path} was copied or restored, and {containers.Count} containers of the original are on "
                    + $"this machine, {containers[0].Name} among them. "
                    + "Start the original; or, if it is never started again, take them over with --take-over."
            );
        }
    }

    /// <summary>
    /// The platform's containers: those that bear its label, and those without any such label that bear an instance's
    /// id.
    /// </summary>
    private static async Task<IReadOnlyList<ContainerSummary>> ContainersAsync(
        string id,
        PlatformConfiguration configuration,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        var instances = Directory.Exists(configuration.Data.Agents)
            ? Directory
                .EnumerateDirectories(configuration.Data.Agents)
                .Select(path => Path.GetFileName(path))
                .ToHashSet(StringComparer.Ordinal)
            : [];
        await using var engine = ContainerEngines.Open(configuration, time);
        try
        {
            var all = await engine.ListContainersAsync([ContainerInstanceAgent.InstanceLabel], cancellation);
            return
            [
                .. all.Where(container =>
                    container.Labels.TryGetValue(ContainerInstanceAgent.PlatformLabel, out var platform)
                        ? platform == id
                        : instances.Contains(container.Labels[ContainerInstanceAgent.InstanceLabel])
                ),
            ];
        }
        catch (EngineException unseen)
        {
            throw new CommandException(
                $"{configuration.Data.Root} was copied or restored, and whether containers of the original are on "
                    + $"this machine cannot be seen: {unseen.Message} "
                    + "Start Docker; or, if the original is never started again, go on with --take-over.",
                inner: unseen
            );
        }
    }

    private static bool IsOriginal(string path, string id)
    {
        try
        {
            return PlatformIdentity.Read(path)?.Id == id;
        }
        catch (Exception unreadable)
            when (unreadable is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return false;
        }
    }
}
