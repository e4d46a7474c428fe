using Estiba.Contracts;
using Estiba.Contracts.Acs;
using Estiba.State;

namespace Estiba.Ecs.Agents;

/// <summary>The conversation with one agent while its control socket is open: what was sent, what it has acknowledged.</summary>
/// <param name="instanceKey">The key of the agent's container instance.</param>
/// <param name="socket">The control socket.</param>
/// <param name="store">Where the instance's tasks are.</param>
/// <param name="ids">Makes message ids.</param>
/// <param name="time">The clock.</param>
internal sealed class AgentSession(string instanceKey, AgentSocket socket, Store store, EcsIds ids, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, SentTask> _sent = new(StringComparer.Ordinal);
    private long _sequence;

    /// <summary>The key of the agent's container instance.</summary>
    internal string InstanceKey => instanceKey;

    /// <summary>Ends the conversation.</summary>
    internal void Close() => socket.Close();

    /// <summary>Tells the agent to do what is wanted of these tasks, as far as it was not told in this conversation.</summary>
    /// <param name="tasks">The instance's tasks.</param>
    /// <param name="translate">Makes the payload of a task.</param>
    /// <param name="cancellation">The platform stops.</param>
    internal async Task SendTasksAsync(IReadOnlyList<TaskRecord> tasks, Func<TaskRecord, AcsTask?> translate, CancellationToken cancellation)
    {
        var messageId = ids.Unique();
        var news = Remember(tasks, messageId);
        if (news.Count == 0) return;

        var instance = store.Current.Find(EcsTables.ContainerInstances, instanceKey);
        if (instance is null) return;
        await socket.SendAsync(
            AgentFrame.Encode(new PayloadMessage
            {
                ClusterArn = instance.Scope.Arn($"cluster/{instance.Cluster}"),
                ContainerInstanceArn = instance.Arn,
                MessageId = messageId,
                SeqNum = Interlocked.Increment(ref _sequence),
                GeneratedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
                Tasks = [.. news.Select(translate).OfType<AcsTask>()],
            }),
            cancellation);
    }

    /// <summary>Names every task that the agent should have, so that it can ask about the others it has.</summary>
    internal Task SendManifestAsync(ContainerInstanceRecord instance, CancellationToken cancellation) => socket.SendAsync(
        AgentFrame.Encode(new TaskManifestMessage
        {
            ClusterArn = instance.Scope.Arn($"cluster/{instance.Cluster}"),
            ContainerInstanceArn = instance.Arn,
            MessageId = ids.Unique(),
            GeneratedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
            Timeline = time.GetUtcNow().ToUnixTimeMilliseconds(),
            Tasks = [.. store.Current.Where(EcsTables.Tasks, EcsTables.TasksOfInstance, instanceKey).Select(task => Identify(task.Arn, instance, task.DesiredStatus))],
        }),
        cancellation);

    /// <summary>Sends a heartbeat, and forgets what was sent long ago without an answer, so that it is sent again.</summary>
    /// <returns>Whether anything was forgotten.</returns>
    internal async Task<bool> BeatAsync(TimeSpan patience, CancellationToken cancellation)
    {
        await socket.SendAsync(AgentFrame.Encode(new HeartbeatMessage { MessageId = ids.Unique(), Healthy = true }), cancellation);
        var deadline = time.GetUtcNow() - patience;
        lock (_lock)
        {
            var lost = _sent.Where(entry => !entry.Value.Acknowledged && entry.Value.At < deadline).Select(entry => entry.Key).ToList();
            foreach (var key in lost) _sent.Remove(key);
            return lost.Count > 0;
        }
    }

    /// <summary>Takes a frame from the agent.</summary>
    /// <exception cref="AwsException"><c>SerializationException</c>: it is no message.</exception>
    internal async Task ReceiveAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellation)
    {
        var (type, message) = AgentFrame.Decode(frame);
        switch (type)
        {
            case nameof(AckRequest):
                Acknowledge(ShapeJson.Parse<AckRequest>(message).MessageId);
                break;
            case nameof(NackRequest):
                Forget(ShapeJson.Parse<NackRequest>(message).MessageId);
                break;
            case nameof(TaskStopVerificationMessage):
                await VerifyStopsAsync(ShapeJson.Parse<TaskStopVerificationMessage>(message), cancellation);
                break;
        }
    }

    private static TaskIdentifier Identify(string taskArn, ContainerInstanceRecord instance, string desiredStatus) =>
        new() { TaskArn = taskArn, TaskClusterArn = instance.Scope.Arn($"cluster/{instance.Cluster}"), DesiredStatus = desiredStatus };

    private List<TaskRecord> Remember(IReadOnlyList<TaskRecord> tasks, string messageId)
    {
        lock (_lock)
        {
            var present = tasks.Select(task => task.Key).ToHashSet();
            foreach (var gone in _sent.Keys.Where(key => !present.Contains(key)).ToList()) _sent.Remove(gone);
            var news = tasks.Where(task => !_sent.TryGetValue(task.Key, out var sent) || sent.DesiredStatus != task.DesiredStatus).ToList();
            foreach (var task in news) _sent[task.Key] = new SentTask(task.DesiredStatus, messageId, time.GetUtcNow(), Acknowledged: false);
            return news;
        }
    }

    private void Acknowledge(string? messageId)
    {
        lock (_lock)
        {
            foreach (var (key, sent) in _sent.Where(entry => entry.Value.MessageId == messageId).ToList()) _sent[key] = sent with { Acknowledged = true };
        }
    }

    private void Forget(string? messageId)
    {
        lock (_lock)
        {
            foreach (var (key, _) in _sent.Where(entry => entry.Value.MessageId == messageId).ToList()) _sent.Remove(key);
        }
    }

    // The agent has tasks that the manifest does not name: it may stop those that nobody knows or wants.
    private async Task VerifyStopsAsync(TaskStopVerificationMessage message, CancellationToken cancellation)
    {
        var wanted = store.Current.Where(EcsTables.Tasks, EcsTables.TasksOfInstance, instanceKey).Where(task => task.IsWanted).Select(task => task.Arn).ToHashSet();
        await socket.SendAsync(
            AgentFrame.Encode(new TaskStopVerificationAck
            {
                MessageId = message.MessageId,
                GeneratedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
                StopTasks = [.. (message.StopCandidates ?? []).Where(candidate => !wanted.Contains(candidate.TaskArn!)).Select(candidate => candidate with { DesiredStatus = Contracts.Ecs.DesiredStatus.Stopped })],
            }),
            cancellation);
    }

    private sealed record SentTask(string DesiredStatus, string MessageId, DateTimeOffset At, bool Acknowledged);
}
