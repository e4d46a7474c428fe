using System.Collections.Concurrent;
using Estiba.Compute.Networking;
using Estiba.Compute.Tags;
using Estiba.Compute.Volumes;
using Estiba.Hosting.Controllers;
using Estiba.State;

namespace Estiba.Compute.Instances;

/// <summary>
/// Takes one instance to the state that the store wants it in: its address answers, its agent runs, or both are gone.
/// </summary>
/// <remarks>
/// After a restart of the platform it has started nothing yet, so every running instance is started again; the host
/// takes over what runs.
/// </remarks>
internal sealed class InstanceReconciler(
    Store store,
    HostAddresses addresses,
    Func<IInstanceHost> host,
    TimeProvider time
) : IReconciler<string>
{
    private readonly ConcurrentDictionary<string, bool> _started = new();
    private readonly ConcurrentDictionary<string, CancellationTokenSource> _interruptible = new();

    public async Task<TimeSpan?> ReconcileAsync(string key, CancellationToken cancellation)
    {
        using var interruption = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _interruptible[key] = interruption;
        try
        {
            // Read after the interruption can be heard: a termination before this line is seen, one after it
            // interrupts.
            if (store.Current.Find(ComputeTables.Instances, key) is not { } instance)
                return null;
            return await StepAsync(key, instance, interruption.Token) ?? UntilForgotten(instance);
        }
        catch (OperationCanceledException)
            when (interruption.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            // The termination that interrupted this step has put the key in the queue again.
            return null;
        }
        finally
        {
            _interruptible.TryRemove(key, out _);
        }
    }

    /// <summary>
    /// Gives up what is under way for an instance: its power is to be cut, and a shutdown may take minutes.
    /// </summary>
    public void Interrupt(string key)
    {
        if (!_interruptible.TryGetValue(key, out var interruption))
            return;
        try
        {
            interruption.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The step ended by itself just now.
        }
    }

    // What is terminated is described for a while, and then forgotten.
    private TimeSpan? UntilForgotten(InstanceRecord instance) =>
        instance.TerminatedAt + InstanceSteps.RememberedFor - time.GetUtcNow() is { } left && left > TimeSpan.Zero
            ? left
            : null;

    /// <summary>Takes the next step, and says how soon to look again.</summary>
    private async Task<TimeSpan?> StepAsync(string key, InstanceRecord instance, CancellationToken cancellation)
    {
        var step = InstanceSteps.Next(instance, _started.ContainsKey(key), time.GetUtcNow());
        var start = InstanceStart.Done;
        try
        {
            start = await CarryOutAsync(key, step, instance, cancellation);
        }
        catch (Exception failure) when (failure is not OperationCanceledException && step != InstanceStep.Forget)
        {
            await ChangeAsync(
                key,
                current => current.Trouble == failure.Message ? current : current with { Trouble = failure.Message },
                cancellation
            );
            throw;
        }
        if (step is InstanceStep.None or InstanceStep.Forget)
            return null;

        await ChangeAsync(
            key,
            current => InstanceSteps.After(step, start, instance, current, time.GetUtcNow()),
            cancellation
        );
        if (step == InstanceStep.Terminate)
            await addresses.ApplyAsync(cancellation);
        return start.AskAgain;
    }

    private async Task<InstanceStart> CarryOutAsync(
        string key,
        InstanceStep step,
        InstanceRecord instance,
        CancellationToken cancellation
    )
    {
        switch (step)
        {
            case InstanceStep.Start:
                return await StartAsync(key, instance, cancellation);
            case InstanceStep.Reboot:
                _started.TryRemove(key, out _);
                await host().StopAsync(InstanceLaunches.Of(store.Current, instance), cancellation);
                return await StartAsync(key, instance, cancellation);
            case InstanceStep.Stop:
                _started.TryRemove(key, out _);
                await host().StopAsync(InstanceLaunches.Of(store.Current, instance), cancellation);
                break;
            case InstanceStep.Terminate:
                _started.TryRemove(key, out _);
                await host().TerminateAsync(InstanceLaunches.Of(store.Current, instance), cancellation);
                break;
            case InstanceStep.Forget:
                await ForgetAsync(key, cancellation);
                break;
        }

        return InstanceStart.Done;
    }

    private async Task<InstanceStart> StartAsync(string key, InstanceRecord instance, CancellationToken cancellation)
    {
        var launch = InstanceLaunches.Of(store.Current, instance);
        var report = await addresses.ApplyAsync(cancellation);
        if (!report.Answering.Contains(launch.Address))
            throw new NetworkException(report.Complaint ?? $"The address {launch.Address} does not answer yet");

        var start = await host().StartAsync(launch, cancellation);
        if (start.IsDone)
            _started[key] = true;
        return start;
    }

    private Task ChangeAsync(string key, Func<InstanceRecord, InstanceRecord> change, CancellationToken cancellation) =>
        store.CommitAsync(
            transaction =>
            {
                if (transaction.Find(ComputeTables.Instances, key) is { } current)
                    transaction.Put(ComputeTables.Instances, change(current));
            },
            cancellation
        );

    private Task ForgetAsync(string key, CancellationToken cancellation) =>
        store.CommitAsync(
            transaction =>
            {
                if (transaction.Find(ComputeTables.Instances, key) is not { } instance)
                    return;
                transaction.Delete(ComputeTables.Instances, key);
                foreach (
                    var id in (string[])
                        [
                            instance.InstanceId,
                            RootVolume.IdOf(instance),
                            InstanceDescription.NetworkInterfaceId(instance),
                        ]
                )
                    ResourceTags.DeleteAll(transaction, instance.AccountId, instance.Region, id);
            },
            cancellation
        );
}
