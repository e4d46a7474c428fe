using Estiba.State;

namespace Estiba.Ecs.Agents;

/// <summary>What one agent was told of its tasks in this conversation, so that it is told everything, and again what it has not acknowledged.</summary>
/// <remarks>
/// At first that is every task of its instance. After that only tasks on their way to run or to stop (<see cref="EcsTables.MovingTasks"/>) can be news, so a
/// look costs as much as there is to do, however many tasks the instance runs; and nothing is kept of a task that has arrived.
/// </remarks>
/// <param name="instanceKey">The key of the agent's container instance.</param>
/// <param name="time">The clock.</param>
internal sealed class ToldTasks(string instanceKey, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Message> _unanswered = new(StringComparer.Ordinal);
    private Dictionary<string, Told> _told = new(StringComparer.Ordinal);
    private bool _everything = true;

    /// <summary>The tasks of which the agent does not know what is wanted; from now on they count as told in a message.</summary>
    internal IReadOnlyList<TaskRecord> Tell(View view, string messageId)
    {
        lock (_lock)
        {
            var message = new Message(messageId, _everything, time.GetTimestamp());
            var told = new Dictionary<string, Told>(StringComparer.Ordinal);
            var news = new List<TaskRecord>();
            foreach (var task in view.Where(EcsTables.Tasks, _everything ? EcsTables.TasksOfInstance : EcsTables.MovingTasks, instanceKey))
            {
                if (!_told.TryGetValue(task.Id, out var before) || before.DesiredStatus != task.DesiredStatus)
                {
                    news.Add(task);
                    before = new Told(task.DesiredStatus, message);
                }

                told.Add(task.Id, before);
            }

            _told = told;
            _everything = false;
            if (news.Count > 0) _unanswered.Add(messageId, message);
            return news;
        }
    }

    /// <summary>The agent has a message.</summary>
    internal void Acknowledge(string messageId)
    {
        lock (_lock) _unanswered.Remove(messageId);
    }

    /// <summary>A message was not sent: what it would have told is news again.</summary>
    internal void Forget(string messageId)
    {
        lock (_lock)
        {
            if (_unanswered.TryGetValue(messageId, out var message)) Forget(message);
        }
    }

    /// <summary>Makes news again of what was told so long ago and not acknowledged.</summary>
    /// <returns>Whether there was any.</returns>
    internal bool ForgetUnanswered(TimeSpan after)
    {
        lock (_lock)
        {
            var lost = _unanswered.Values.Where(message => time.GetElapsedTime(message.At) >= after).ToList();
            lost.ForEach(Forget);
            return lost.Count > 0;
        }
    }

    private void Forget(Message message)
    {
        _unanswered.Remove(message.Id);
        _everything |= message.OfEverything;
        foreach (var (key, told) in _told)
            if (told.Message == message) _told.Remove(key);
    }

    /// <param name="Id">Its id.</param>
    /// <param name="OfEverything">Whether it was about all tasks of the instance, also those that have arrived.</param>
    /// <param name="At">When it was made, in the clock's ticks.</param>
    private sealed record Message(string Id, bool OfEverything, long At);

    private readonly record struct Told(string DesiredStatus, Message Message);
}
