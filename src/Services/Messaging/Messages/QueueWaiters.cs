using Estiba.State;

namespace Estiba.Messaging.Messages;

/// <summary>
/// Wakes those who wait for messages when something of their queue has changed. It holds nothing but the waiting.
/// </summary>
internal sealed class QueueWaiters : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Waiting> _byQueue = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _ending = new();

    internal QueueWaiters() => Ending = _ending.Token;

    /// <summary>Ends all waiting when the platform ends.</summary>
    internal CancellationToken Ending { get; }

    /// <summary>Waits for the next change of what a queue holds.</summary>
    /// <param name="content">What the keys of its messages begin with.</param>
    internal Ticket Enter(string content)
    {
        lock (_gate)
        {
            if (!_byQueue.TryGetValue(content, out var waiting))
                _byQueue.Add(content, waiting = new Waiting());
            waiting.Count++;
            return new Ticket(this, content, waiting);
        }
    }

    /// <summary>Hears of a commit.</summary>
    internal void Note(Commit commit)
    {
        lock (_gate)
        {
            if (_byQueue.Count == 0)
                return;
            foreach (var (table, changes) in commit.Tables)
            {
                if (table == MessagingTables.Messages)
                {
                    foreach (var change in changes)
                        Wake(MessageRecord.ContentOf(change.Key));
                }
                else if (table == MessagingTables.Queues)
                {
                    foreach (var change in changes.OfType<Change<Queues.QueueRecord>>())
                    {
                        if (change.Before is { } queue)
                            Wake(queue.Content);
                    }
                }
            }
        }
    }

    /// <summary>Lets nobody wait any more.</summary>
    internal ValueTask StopAsync() => new(_ending.CancelAsync());

    public void Dispose() => _ending.Dispose();

    private void Wake(string content)
    {
        if (!_byQueue.TryGetValue(content, out var waiting))
            return;
        var woken = waiting.Changed;
        waiting.Changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        woken.TrySetResult();
    }

    /// <summary>A place among those who wait.</summary>
    internal sealed class Ticket(QueueWaiters owner, string content, Waiting waiting) : IDisposable
    {
        /// <summary>What is waited for; it is asked for before looking, so that nothing is missed.</summary>
        internal Task NextChange
        {
            get
            {
                lock (owner._gate)
                    return waiting.Changed.Task;
            }
        }

        public void Dispose()
        {
            lock (owner._gate)
            {
                if (--waiting.Count == 0)
                    owner._byQueue.Remove(content);
            }
        }
    }

    internal sealed class Waiting
    {
        internal int Count { get; set; }

        internal TaskCompletionSource Changed { get; set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
