using Estiba.Contracts;
using Estiba.Contracts.Acs;
using Estiba.Ecs.ContainerInstances;
using Estiba.Ecs.Tasks;
using Estiba.State;
using VersionInfo = Estiba.Contracts.Ecs.VersionInfo;

namespace Estiba.Ecs.Agents;

/// <summary>
/// The server's side of the conversation with one agent, for as long as its control socket is open: what it was sent,
/// what it has acknowledged, and how long it has been silent.
/// </summary>
/// <remarks>
/// It has no timer and no socket of its own: <see cref="AgentDoor"/> beats and carries frames, and a simulation does it
/// otherwise.
/// </remarks>
/// <param name="instanceKey">The key of the agent's container instance.</param>
/// <param name="link">The way to the agent.</param>
/// <param name="sessions">All conversations; this one is among them from its beginning to its end.</param>
/// <param name="attend">Asks for the tasks of an instance, by its key, to be reconciled, as after a change.</param>
/// <param name="store">Where the instance and its tasks are.</param>
/// <param name="ids">Makes message ids.</param>
/// <param name="options">How often it beats, and how long an agent may be silent.</param>
/// <param name="time">The clock.</param>
/// <param name="lastSequence">The number of the last payload that the agent has seen, as far as it says: numbers go on
/// from there.</param>
/// <param name="versions">What the agent said of itself when it connected; null for nothing.</param>
internal sealed class AgentSession(
    string instanceKey,
    IAgentLink link,
    AgentSessions sessions,
    Action<string> attend,
    Store store,
    EcsIds ids,
    EcsOptions options,
    TimeProvider time,
    int lastSequence = 0,
    VersionInfo? versions = null
)
{
    private readonly SentTasks _sent = new(instanceKey, time);
    private readonly IssuedCredentials _credentials = new(time);
    private long _lastReceived = time.GetTimestamp();
    private int _sequence = lastSequence;
    private string? _knownNamespaces;
    private volatile bool _hasManifest;

    /// <summary>The key of the agent's container instance.</summary>
    internal string InstanceKey => instanceKey;

    /// <summary>What the agent called its registration when the conversation began.</summary>
    internal string? RegistrationToken { get; private set; }

    /// <summary>What its tasks were given of their roles.</summary>
    internal IssuedCredentials Credentials => _credentials;

    /// <summary>
    /// Begins: the instance counts as connected, and its agent gets what it should have and what it should do.
    /// </summary>
    internal async Task BeginAsync(CancellationToken cancellation)
    {
        RegistrationToken = store.Current.Find(EcsTables.ContainerInstances, instanceKey)?.RegistrationToken;
        var isFirst = sessions.Add(this);

        // Whoever deregistered the instance since the agent was let in, or registered it again, has found no
        // conversation to end.
        if (
            store.Current.Find(EcsTables.ContainerInstances, instanceKey)
                is not { Status: not ContainerInstanceStatus.Inactive } instance
            || instance.RegistrationToken != RegistrationToken
        )
        {
            sessions.Remove(this);
            link.Close();
            return;
        }

        await RecordConnectionAsync(cancellation, isFirst);
        await SendManifestAsync(cancellation);
        _hasManifest = true;
        attend(instanceKey);
    }

    /// <summary>Ends: unless a newer conversation has taken its place, the instance counts as not connected.</summary>
    internal Task EndAsync()
    {
        sessions.Remove(this);
        return RecordConnectionAsync(CancellationToken.None);
    }

    /// <summary>Makes the conversation end.</summary>
    internal void Close() => link.Close();

    /// <summary>
    /// Sends the agent what is wanted of its tasks, as far as it was not sent in this conversation; nothing before the
    /// manifest, which is the first message of all.
    /// </summary>
    /// <param name="view">What is wanted.</param>
    /// <param name="translate">Makes the payload of a task; null leaves the task out.</param>
    /// <param name="cancellation">The platform stops.</param>
    internal async Task SendTasksAsync(
        View view,
        Func<TaskRecord, ValueTask<AcsTask?>> translate,
        CancellationToken cancellation
    )
    {
        if (!_hasManifest)
            return;
        var messageId = ids.Unique();
        var unsent = _sent.TakeUnsent(view, messageId);
        if (unsent.Count == 0)
            return;

        var instance = view.Find(EcsTables.ContainerInstances, instanceKey);
        var payload = await TranslateAsync(unsent, translate, messageId);
        if (instance is null || payload.Count == 0)
            return; // Amazon's agent leaves a payload without tasks unanswered
        await link.SendAsync(
            AgentFrame.Encode(
                new PayloadMessage
                {
                    ClusterArn = instance.Scope.Arn($"cluster/{instance.Cluster}"),
                    ContainerInstanceArn = instance.Arn,
                    MessageId = messageId,
                    SeqNum = Interlocked.Increment(ref _sequence),
                    GeneratedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
                    Tasks = payload,
                }
            ),
            cancellation
        );
    }

    /// <summary>
    /// Sends the agent what the namespaces of Service Connect are that its tasks are in, unless it knows; nothing
    /// before the manifest.
    /// </summary>
    internal async Task SendNamespacesAsync(View view, CancellationToken cancellation)
    {
        if (!_hasManifest)
            return;
        var namespaces = ServiceConnectPayload.Of(view, instanceKey);
        var known = ShapeJson.ToText(new ServiceConnectMessage { Namespaces = namespaces });
        if (known == _knownNamespaces)
            return;
        _knownNamespaces = known;
        await link.SendAsync(
            AgentFrame.Encode(new ServiceConnectMessage { MessageId = ids.Unique(), Namespaces = namespaces }),
            cancellation
        );
    }

    /// <summary>Gives the agent new credentials of a task's role, before the old ones expire.</summary>
    internal Task SendCredentialsAsync(
        TaskRecord task,
        TaskRole role,
        RoleSession session,
        CancellationToken cancellation
    ) =>
        link.SendAsync(
            AgentFrame.Encode(
                new IAMRoleCredentialsMessage
                {
                    MessageId = ids.Unique(),
                    TaskArn = task.Arn,
                    RoleType = role.Type,
                    RoleCredentials = session.Credentials,
                }
            ),
            cancellation
        );

    /// <summary>
    /// Sends a heartbeat, which is due every <see cref="EcsOptions.AgentHeartbeat"/>; has tasks sent again whose
    /// payload was refused, or not answered for as long; and ends a conversation in which nothing was received for
    /// <see cref="EcsOptions.AgentSilence"/>.
    /// </summary>
    internal async Task BeatAsync(CancellationToken cancellation)
    {
        if (HangUpIfSilent())
            return;
        await link.SendAsync(
            AgentFrame.Encode(new HeartbeatMessage { MessageId = ids.Unique(), Healthy = true }),
            cancellation
        );
        if (_sent.WithdrawUnanswered(options.AgentHeartbeat))
            attend(instanceKey);
    }

    /// <summary>Ends the conversation if nothing was received for too long.</summary>
    /// <returns>Whether it did.</returns>
    internal bool HangUpIfSilent()
    {
        if (time.GetElapsedTime(Interlocked.Read(ref _lastReceived)) <= options.AgentSilence)
            return false;
        link.Close();
        return true;
    }

    /// <summary>
    /// Takes a frame from the agent; a message of a kind that the server has no use for is a sign of life and no more.
    /// </summary>
    /// <exception cref="AwsException"><c>SerializationException</c>: it is no message.</exception>
    internal async Task ReceiveAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellation)
    {
        Interlocked.Exchange(ref _lastReceived, time.GetTimestamp());
        var (type, message) = AgentFrame.Decode(frame);
        switch (type)
        {
            case nameof(AckRequest):
                _sent.Acknowledge(ShapeJson.Parse<AckRequest>(message).MessageId ?? "");
                break;
            case nameof(IAMRoleCredentialsAckRequest):
                var credentials = ShapeJson.Parse<IAMRoleCredentialsAckRequest>(message);
                _credentials.Acknowledge(credentials.CredentialsId, credentials.Expiration);
                break;
            case nameof(TaskStopVerificationMessage):
                await VerifyStopsAsync(ShapeJson.Parse<TaskStopVerificationMessage>(message), cancellation);
                break;
        }
    }

    // What is true when the commit runs is written, so that of two conversations that change places the later change
    // wins.
    private Task RecordConnectionAsync(CancellationToken cancellation, bool isFirst = false) =>
        store.CommitAsync(
            transaction =>
            {
                if (isFirst)
                    AgentConnection.AwaitOthers(transaction, instanceKey, time.GetUtcNow());
                AgentConnection.Set(
                    transaction,
                    instanceKey,
                    sessions.Find(instanceKey) is not null,
                    time.GetUtcNow(),
                    versions
                );
            },
            cancellation
        );

    /// <summary>Names every task that the agent should have, so that it can ask about the others it has.</summary>
    private async Task SendManifestAsync(CancellationToken cancellation)
    {
        var view = store.Current;
        if (view.Find(EcsTables.ContainerInstances, instanceKey) is not { } instance)
            return;
        await link.SendAsync(
            AgentFrame.Encode(
                new TaskManifestMessage
                {
                    ClusterArn = instance.Scope.Arn($"cluster/{instance.Cluster}"),
                    ContainerInstanceArn = instance.Arn,
                    MessageId = ids.Unique(),
                    GeneratedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
                    // agents leave out manifests whose number is not above all they have seen
                    Timeline = time.GetUtcNow().ToUnixTimeMilliseconds(),
                    Tasks =
                    [
                        .. view.Where(EcsTables.Tasks, EcsTables.TasksOfInstance, instanceKey)
                            .Select(task => Identify(task.Arn, instance, task.DesiredByAgent)),
                    ],
                }
            ),
            cancellation
        );
    }

    private static TaskIdentifier Identify(string taskArn, ContainerInstanceRecord instance, string desiredStatus) =>
        new()
        {
            TaskArn = taskArn,
            TaskClusterArn = instance.Scope.Arn($"cluster/{instance.Cluster}"),
            DesiredStatus = desiredStatus,
        };

    /// <summary>The payloads of tasks; those of which none can be made now are unsent again.</summary>
    private async Task<List<AcsTask>> TranslateAsync(
        IReadOnlyList<TaskRecord> unsent,
        Func<TaskRecord, ValueTask<AcsTask?>> translate,
        string messageId
    )
    {
        var payload = new List<AcsTask>(unsent.Count);
        try
        {
            foreach (var task in unsent)
                if (await translate(task) is { } translated)
                    payload.Add(translated);
            return payload;
        }
        catch
        {
            _sent.Withdraw(messageId);
            throw;
        }
    }

    // The agent has tasks that the manifest does not name: it may stop those that nobody knows or wants.
    private async Task VerifyStopsAsync(TaskStopVerificationMessage message, CancellationToken cancellation)
    {
        var wanted = store
            .Current.Where(EcsTables.Tasks, EcsTables.TasksOfInstance, instanceKey)
            .Where(task => task is { IsStopped: false, DesiredByAgent: Contracts.Ecs.DesiredStatus.Running })
            .Select(task => task.Arn)
            .ToHashSet();
        await link.SendAsync(
            AgentFrame.Encode(
                new TaskStopVerificationAck
                {
                    MessageId = message.MessageId,
                    GeneratedAt = time.GetUtcNow().ToUnixTimeMilliseconds(),
                    StopTasks =
                    [
                        .. (message.StopCandidates ?? [])
                            .Where(candidate => !wanted.Contains(candidate.TaskArn!))
                            .Select(candidate =>
                                candidate with
                                {
                                    DesiredStatus = Contracts.Ecs.DesiredStatus.Stopped,
                                }
                            ),
                    ],
                }
            ),
            cancellation
        );
    }
}
