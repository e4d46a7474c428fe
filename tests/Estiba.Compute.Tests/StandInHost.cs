using System.Collections.Concurrent;
using Estiba.Compute.Instances;

namespace Estiba.Compute.Tests;

/// <summary>Notes down what it was asked, and does it at once, not until it is released, or not at all.</summary>
internal sealed class StandInHost : IInstanceHost
{
    private readonly ConcurrentQueue<string> _calls = new();

    public IReadOnlyList<string> Calls => [.. _calls];

    public ConcurrentDictionary<string, InstanceLaunch> Running { get; } = new();

    public Exception? Failure { get; set; }

    /// <summary>How far starts come; null for all the way.</summary>
    public InstanceStart? Outcome { get; set; }

    /// <summary>While it is set, shutting down takes until it completes.</summary>
    public TaskCompletionSource? Shutdown { get; set; }

    public TaskCompletionSource ShutdownBegun { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<InstanceStart> StartAsync(InstanceLaunch instance, CancellationToken cancellation)
    {
        _calls.Enqueue($"start {instance.InstanceId}");
        if (Failure is not null)
            throw Failure;
        if (Outcome is { IsDone: false } outcome)
            return Task.FromResult(outcome);
        Running[instance.InstanceId] = instance;
        return Task.FromResult(Outcome ?? InstanceStart.Done);
    }

    public async Task StopAsync(InstanceLaunch instance, CancellationToken cancellation)
    {
        _calls.Enqueue($"stop {instance.InstanceId}");
        ShutdownBegun.TrySetResult();
        if (Shutdown is not null)
            await Shutdown.Task.WaitAsync(cancellation);
        Running.TryRemove(instance.InstanceId, out _);
    }

    public Task TerminateAsync(InstanceLaunch instance, CancellationToken cancellation)
    {
        _calls.Enqueue($"terminate {instance.InstanceId}");
        Running.TryRemove(instance.InstanceId, out _);
        return Task.CompletedTask;
    }
}
