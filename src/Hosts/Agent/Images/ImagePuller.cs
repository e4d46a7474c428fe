using Estiba.Agent.Tasks;
using Estiba.Contracts;
using Estiba.Contracts.Acs;
using Estiba.Engines;
using Estiba.Engines.Docker;

namespace Estiba.Agent.Images;

/// <summary>
/// Pulls images: as the pull behaviour says, a bounded number at a time, and each once however many tasks wait for it.
/// </summary>
/// <remarks>
/// Whoever asks gets a pull that began after the question, so that an image pushed just before is seen. While one pull
/// runs, all further askers of that image share the one after it.
/// </remarks>
internal sealed class ImagePuller(
    IContainerEngine engine,
    RegistryLogin login,
    AgentOptions options,
    ImageUse use,
    TimeProvider time
) : IAsyncDisposable
{
    private readonly SemaphoreSlim _slots = new(options.ConcurrentPulls);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Queue> _queues = new(StringComparer.Ordinal);

    private readonly CancellationTokenSource _stopping = new();

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        Task[] pulls;
        lock (_gate)
            pulls = [.. _queues.Values.SelectMany(queue => new[] { queue.Running, queue.Next }).OfType<Task>()];
        await Task.WhenAll(pulls).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _slots.Dispose();
        _stopping.Dispose();
    }

    /// <summary>Sees to it that the engine has the image under the name by which the definition calls it.</summary>
    /// <exception cref="EngineException">It could not be pulled; the message is the reason for the server, without its
    /// name.</exception>
    public async Task<PulledImage> PullAsync(
        string image,
        RegistryAuthenticationData? authentication,
        CancellationToken cancellation
    )
    {
        var startedAt = time.GetUtcNow();
        var pullName = login.PullName(image);
        var cached = options.ImagePullBehavior switch
        {
            ImagePullBehavior.PreferCached => await engine.FindImageAsync(image, cancellation),
            ImagePullBehavior.Once when use.WasPulled(image) => await engine.FindImageAsync(image, cancellation),
            _ => null,
        };
        if (cached is null)
        {
            try
            {
                await PullOnceAsync(image, pullName, authentication, cancellation);
                cached = await engine.FindImageAsync(image, cancellation);
                use.Pulled(image, pullName, cached?.Id, time.GetUtcNow());
            }
            catch (Exception exception)
                when (exception
                        is EngineException
                            and not EngineUnreachableException
                            or AwsException
                            or HttpRequestException
                            or OperationCanceledException
                    && !cancellation.IsCancellationRequested
                )
            {
                cached =
                    options.ImagePullBehavior is ImagePullBehavior.Default
                        ? await engine.FindImageAsync(image, cancellation)
                        : null;
                if (cached is null)
                    throw exception as EngineException ?? new EngineException(exception.Message, null, exception);
            }
        }

        use.Used(image, time.GetUtcNow());
        return new PulledImage(Digest(cached, pullName), startedAt, time.GetUtcNow());
    }

    private async Task PullOnceAsync(
        string image,
        string pullName,
        RegistryAuthenticationData? authentication,
        CancellationToken cancellation
    )
    {
        Task mine;
        lock (_gate)
        {
            if (!_queues.TryGetValue(pullName, out var queue))
                _queues[pullName] = queue = new Queue();
            mine = queue.Next ??= RunAfterAsync(queue.Running, queue, image, pullName, authentication);
        }

        await mine.WaitAsync(cancellation); // a shared pull is not ended by one of those who wait for it
    }

    private async Task RunAfterAsync(
        Task before,
        Queue queue,
        string image,
        string pullName,
        RegistryAuthenticationData? authentication
    )
    {
        await Task.Yield(); // the caller holds the lock
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _slots.WaitAsync(_stopping.Token);
        try
        {
            lock (_gate)
            {
                queue.Running = queue.Next!; // whoever asks from here on needs another
                queue.Next = null;
            }

            await RunAsync(image, pullName, authentication);
        }
        finally
        {
            _slots.Release();
            lock (_gate)
                if (queue.Next is null)
                    _queues.Remove(pullName);
        }
    }

    private async Task RunAsync(string image, string pullName, RegistryAuthenticationData? authentication)
    {
        using var inactivity = new CancellationTokenSource(options.ImagePullInactivityTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(inactivity.Token, _stopping.Token);
        try
        {
            var credentials = await login.CredentialsAsync(image, pullName, authentication, either.Token);
            await engine.PullImageAsync(
                pullName,
                credentials,
                new Watch(() => inactivity.CancelAfter(options.ImagePullInactivityTimeout)),
                either.Token
            );
            if (pullName != image)
                await engine.TagImageAsync(pullName, image, either.Token);
        }
        catch (OperationCanceledException exception) when (inactivity.IsCancellationRequested)
        {
            throw new EngineException("inactivity time exceeded timeout while pulling image", null, exception);
        }
    }

    private static string? Digest(ImageInspection? image, string pullName)
    {
        var repository = ImageReference.Parse(pullName).Repository + "@";
        var name = image?.Digests.FirstOrDefault(digest => digest.StartsWith(repository, StringComparison.Ordinal))
            ?? (image?.Digests is [var first, ..] ? first : null);
        return name?[(name.IndexOf('@', StringComparison.Ordinal) + 1)..];
    }

    private sealed class Queue
    {
        public Task Running { get; set; } = Task.CompletedTask;

        public Task? Next { get; set; }
    }

    /// <summary>Unlike .NET's own progress it is told at once and in order.</summary>
    private sealed class Watch(Action onProgress) : IProgress<PullProgress>
    {
        public void Report(PullProgress value) => onProgress();
    }
}
