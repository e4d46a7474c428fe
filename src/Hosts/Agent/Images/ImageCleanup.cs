using Estiba.Agent.Tasks;
using Estiba.Engines;
using Microsoft.Extensions.Logging;

namespace Estiba.Agent.Images;

/// <summary>
/// Removes images that this agent has pulled and that nothing uses any more ("Automated task and image cleanup", ECS
/// developer guide).
/// </summary>
/// <remarks>
/// A few in each cycle, those first that were not used for longest. An image that any container has, of whomever,
/// running or not, stays; so does one that a task of this agent is about to use. Other names that somebody gave to the
/// same image are left alone. An image whose name a newer one has taken, as with every push of a <c>latest</c>, goes
/// like the others.
/// </remarks>
internal sealed partial class ImageCleanup(
    AgentOptions options,
    IContainerEngine engine,
    ImageUse use,
    Func<ICollection<TaskState>> tasks,
    TimeProvider time,
    ILogger logger
)
{
    /// <summary>Cleans up at every interval until it is ended.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        if (options.DisableImageCleanup || options.ImagePullBehavior == ImagePullBehavior.PreferCached)
            return;
        using var timer = new PeriodicTimer(options.ImageCleanupInterval, time);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            try
            {
                await CleanAsync(cancellation);
            }
            catch (EngineException exception)
            {
                Log.Postponed(logger, exception.Message);
            }
        }
    }

    /// <summary>One cycle.</summary>
    internal async Task CleanAsync(CancellationToken cancellation)
    {
        var oldest = time.GetUtcNow() - options.ImageMinimumCleanupAge;
        var candidates = use.ByUse().Where(image => image.PulledAt <= oldest).ToList();
        if (candidates.Count == 0)
            return;

        var containers = await engine.ListContainersAsync([], cancellation);
        var used = containers
            .Select(container => container.ImageId)
            .Concat(containers.Select(container => container.Image))
            .ToHashSet(StringComparer.Ordinal);
        var wanted = tasks()
            .Where(task => !task.IsStopped)
            .SelectMany(task => task.Definition.Containers ?? [])
            .Select(container => container.Image ?? "")
            .ToHashSet(StringComparer.Ordinal);

        var removed = 0;
        foreach (var image in candidates)
        {
            if (removed == options.ImagesDeletedPerCycle)
                return;
            if (wanted.Contains(image.Image) || used.Contains(image.Image))
                continue;

            var found = await engine.FindImageAsync(image.Image, cancellation);
            if (found is not null && used.Contains(found.Id))
                continue;
            if (image.IsSuperseded && found is not { Tags: [] })
            {
                use.Removed(image.Image); // it is gone, or somebody has given it a name of theirs
                continue;
            }

            if (await RemoveAsync(image, cancellation))
                removed++;
        }
    }

    private async Task<bool> RemoveAsync(ImageRecord image, CancellationToken cancellation)
    {
        try
        {
            await engine.RemoveImageAsync(image.Image, cancellation);
            if (image.PullName != image.Image)
                await engine.RemoveImageAsync(image.PullName, cancellation);
            use.Removed(image.Image);
            Log.Removing(logger, image.Image);
            return true;
        }
        catch (EngineException exception) when (exception is not EngineUnreachableException)
        {
            // A container has come to use it since, or the engine cannot; the next cycle tries again.
            Log.NotRemoved(logger, image.Image, exception.Message);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "Images are cleaned up later: {Message}")]
        internal static partial void Postponed(ILogger logger, string message);

        [LoggerMessage(Level = LogLevel.Information, Message = "Image {Image} was not used any more and is removed")]
        internal static partial void Removing(ILogger logger, string image);

        [LoggerMessage(Level = LogLevel.Debug, Message = "Image {Image} cannot be removed: {Message}")]
        internal static partial void NotRemoved(ILogger logger, string image, string message);
    }
}
