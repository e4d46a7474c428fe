using Estiba.Contracts;
using Estiba.Engines;

namespace Estiba.Agent.Hosts;

/// <summary>Says whether containers may bind a path of the host, and where it really is.</summary>
/// <remarks>
/// A path may lead elsewhere: by <c>..</c>, by links, of which containers may have made some in what they may write, by
/// <c>/proc</c>, and by file systems that are
/// mounted in two places. So it is followed to its end, and that is what the engine is told.
/// </remarks>
/// <param name="access">What containers may bind.</param>
/// <param name="never">What they may not, whatever is allowed: nor what is in it, nor what it is in.</param>
/// <param name="mounts">The host's mounts.</param>
internal sealed class HostPaths(HostAccess access, IReadOnlyList<string> never, MountTable mounts)
{
    private const int MostLinks = 40;

    /// <summary>Through it every process shows its own root.</summary>
    private const string Processes = "/proc";

    /// <summary>Where the path leads.</summary>
    /// <exception cref="EngineException">Containers may not bind it.</exception>
    public string Resolve(string path)
    {
        if (!path.StartsWith('/') || path.Contains('\0', StringComparison.Ordinal))
            throw Refusal(path, "it is no absolute path");
        var real = Follow(path);
        if (never.Any(place => Touches(real, place)))
            throw Refusal(path, "it is, holds or lies in what belongs to the platform or to the container engine");
        return
            access.AllowsVolume(real)
            || access.Volumes.Any(directory => HostAccess.IsWithin(TryFollow(directory), real))
            ? real
            : throw Refusal(path, "the host does not allow it (--host-volumes)");
    }

    private bool Touches(string real, string place)
    {
        var kept = TryFollow(place);
        return Overlap(real, kept) || mounts.Overlap(real, kept);
    }

    private static bool Overlap(string one, string other) =>
        HostAccess.IsWithin(one, other) || HostAccess.IsWithin(other, one);

    private static string TryFollow(string place)
    {
        try
        {
            return Follow(place);
        }
        catch (EngineException)
        {
            return place;
        }
    }

    /// <summary>The path without links, as far as it exists.</summary>
    private static string Follow(string path)
    {
        var rest = new Stack<string>(Parts(path).Reverse());
        var real = "";
        for (var links = 0; rest.TryPop(out var part); )
        {
            if (part == "..")
            {
                real = real[..Math.Max(0, real.LastIndexOf('/'))];
                continue;
            }

            var next = $"{real}/{part}";
            if (HostAccess.IsWithin(Processes, next))
                throw Refusal(path, "it leads into /proc");
            if (TargetOf(path, next) is not { } target)
            {
                real = next;
                continue;
            }

            if (++links > MostLinks)
                throw Refusal(path, "it has too many links");
            foreach (var further in Parts(target).Reverse())
                rest.Push(further);
            if (target.StartsWith('/'))
                real = "";
        }

        return real.Length == 0 ? "/" : real;
    }

    private static IEnumerable<string> Parts(string path) =>
        path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".");

    private static string? TargetOf(string path, string place)
    {
        try
        {
            return new FileInfo(place).LinkTarget;
        }
        catch (Exception unseen) when (unseen is IOException or UnauthorizedAccessException)
        {
            throw Refusal(path, "the agent may not see where it leads");
        }
    }

    private static HostRefusalException Refusal(string path, string reason) =>
        new($"the path '{path}' of the host may not be bound: {reason}");
}
