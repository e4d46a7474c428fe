using Estiba.Ecs.Tasks;
using Estiba.State;

namespace Estiba.Ecs.Agents;

/// <summary>
/// Which desired statuses of its tasks one agent was sent in this conversation, so that it gets every one, and gets
/// again what it has not acknowledged.
/// </summary>
/// <remarks>
/// At first that is every task of its instance. After that only tasks on their way to run or to stop
/// (<see cref="EcsTables.TransitionalTasks"/>) can be unsent, so finding them costs as much as there is to send,
/// however many tasks the instance runs; and nothing is kept of a task that has arrived.
/// </remarks>
/// <param name="instanceKey">The key of the agent's container instance.</param>
/// <param name="time">The clock.</param>
internal sealed class SentTasks(string instanceKey, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Message> _unanswered = new(StringComparer.Ordinal);
    private Dictionary<string, Sent> _sent = new(StringComparer.Ordinal);
    private bool _everything = true;

    /// <summary>
    /// The tasks whose desired status the agent was not sent yet; from now on it counts as sent in a message.
    /// </summary>
    internal IReadOnlyList<TaskRecord> TakeUnsent(View view, string messageId)
    {
        lock (_lock)
        {
            var message = new Message(messageId, _everything, time.GetTimestamp());
            var sent = new Dictionary<string, Sent>(StringComparer.Ordinal);
            var unsent = new List<TaskRecord>();
            foreach (
                var task in view.Where(
                    EcsTables.Tasks,
                    _everything ? EcsTables.TasksOfInstance : EcsTables.TransitionalTasks,
                    instanceKey
                )
            )
            {
                if (!_sent.TryGetValue(task.Id, out var before) || before.DesiredStatus != task.DesiredByAgent)
                {
                    unsent.Add(task);
                    before = new Sent(task.DesiredByAgent, message);
                }

                sent.Add(task.Id, before);
            }

            _sent = sent;
            _everything = false;
            if (unsent.Count > 0)
                _unanswered.Add(messageId, message);
            return unsent;
        }
    }

    /// <summary>The agent has a message.</summary>
    internal void Acknowledge(string messageId)
    {
        lock (_lock)
            _unanswered.Remove(messageId);
    }

    /// <summary>A message could not be sent: what is in it is unsent again.</summary>
    internal void Withdraw(string messageId)
    {
        lock (_lock)
        {
            if (_unanswered.TryGetValue(messageId, out var message))
                Withdraw(message);
        }
    }

    /// <summary>Takes what was sent so long ago and not acknowledged for unsent again.</summary>
    /// <returns>Whether there was any.</returns>
    internal bool WithdrawUnanswered(TimeSpan after)
    {
        lock (_lock)
        {
            var lost = _unanswered.Values.Where(message => time.GetElapsedTime(message.At) >= after).ToList();
            lost.ForEach(Withdraw);
            return lost.Count > 0;
        }
    }

    private void Withdraw(Message message)
    {
        _unanswered.Remove(message.Id);
        _everything |= message.OfEverything;
        foreach (var (key, sent) in _sent)
            if (sent.Message == message)
                _sent.Remove(key);
    }

    /// <param name="Id">Its id.</param>
    /// <param name="OfEverything">Whether it was about all tasks of the instance, also those that have arrived.</param>
    /// <param name="At">When it was made, in the clock's ticks.</param>
    private sealed record Message(string Id, bool OfEverything, long At);

    private readonly record struct Sent(string DesiredStatus, Message Message);
}
