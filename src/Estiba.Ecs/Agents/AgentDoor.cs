using System.Globalization;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Clusters;
using Estiba.State;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Estiba.Ecs.Agents;

/// <summary>Takes the web sockets of agents: the control socket under <see cref="ControlPath"/> and the telemetry socket under <see cref="TelemetryPath"/>.</summary>
public sealed partial class AgentDoor
{
    /// <summary>The path of the control socket; <c>/ws</c> follows it.</summary>
    public const string ControlPath = "/acs";

    /// <summary>The path of the telemetry socket; <c>/ws</c> follows it.</summary>
    public const string TelemetryPath = "/tcs";

    private readonly Store _store;
    private readonly AgentSessions _sessions;
    private readonly Action<Look> _attend;
    private readonly EcsIds _ids;
    private readonly EcsOptions _options;
    private readonly TimeProvider _time;
    private readonly TaskHealth _health;
    private readonly ILogger _logger;

    internal AgentDoor(Store store, AgentSessions sessions, Action<Look> attend, EcsIds ids, EcsOptions options, TimeProvider time, ILogger logger)
    {
        (_store, _sessions, _attend, _ids, _options, _time, _logger) = (store, sessions, attend, ids, options, time, logger);
        _health = new TaskHealth(store, ids, time);
    }

    /// <summary>Serves one socket until it closes.</summary>
    /// <param name="http">A request whose signature is already verified.</param>
    /// <param name="context">Who signed it.</param>
    /// <param name="stopping">The platform stops.</param>
    public async Task HandleAsync(HttpContext http, CallContext context, CancellationToken stopping)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            await ConnectionRefusal.BadRequest("This address is for the web sockets of container agents.").AnswerAsync(http);
            return;
        }

        var query = http.Request.Query;
        var named = query["containerInstanceArn"].FirstOrDefault() ?? query["containerInstance"].FirstOrDefault();
        var found = FindInstance(_store.Current, Scope.Of(context), named, query["clusterArn"].FirstOrDefault() ?? query["cluster"].FirstOrDefault());
        if (found is not { Status: not ContainerInstanceStatus.Inactive } instance)
        {
            await ConnectionRefusal.Of(found).AnswerAsync(http);
            return;
        }

        using var webSocket = await http.WebSockets.AcceptWebSocketAsync();
        using var socket = new AgentSocket(webSocket);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, http.RequestAborted);
        if (http.Request.Path.StartsWithSegments(TelemetryPath, StringComparison.Ordinal)) await ListenAsync(socket, context, ending.Token);
        else await ConverseAsync(socket, instance, context, SequenceOf(http.Request.Query), ending.Token);
    }

    /// <summary>Whether the agent of an EC2 instance, or of a host that is named like one, is connected.</summary>
    public bool HasAgentOf(string account, string region, string instance) =>
        _store.Current.Range(EcsTables.ContainerInstances, new Scope(account, region).Prefix).Any(known => known.AgentConnected && known.Ec2InstanceId == instance);

    private async Task ConverseAsync(AgentSocket socket, ContainerInstanceRecord instance, CallContext context, int lastSequence, CancellationToken cancellation)
    {
        var session = new AgentSession(instance.Key, socket, _sessions, _attend, _store, _ids, _options, _time, lastSequence);
        Log.AgentConnected(_logger, instance.Id, instance.Cluster);
        if (instance is { HasAmazonAgent: false, VersionInfo.AgentVersion: { } version } && version != _options.Version) Log.AgentOfOtherVersion(_logger, instance.Id, instance.Cluster, version, _options.Version);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var beating = Task.CompletedTask;
        try
        {
            await session.BeginAsync(cancellation);
            beating = BeatAsync(session, ended.Token);
            await socket.RunAsync(WhileTrusted(socket, context, session.ReceiveAsync), cancellation);
        }
        catch (AwsException exception)
        {
            Log.AgentSentNonsense(_logger, instance.Id, exception.Message);
        }
        finally
        {
            await ended.CancelAsync();
            await beating;
            await session.EndAsync();
            Log.AgentLeft(_logger, instance.Id, instance.Cluster);
        }
    }

    private async Task BeatAsync(AgentSession session, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(_options.AgentHeartbeat, _time);
        var beat = Task.CompletedTask;
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
            {
                // A beat that still waits to be sent tells of a link that is full, because nobody takes anything from it.
                if (beat.IsCompleted) beat = session.BeatAsync(cancellation);
                else session.HangUpIfSilent();
            }
        }
        catch (OperationCanceledException)
        {
            // The conversation has ended.
        }

        await beat.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task ListenAsync(AgentSocket socket, CallContext context, CancellationToken cancellation)
    {
        try
        {
            await socket.RunAsync(WhileTrusted(socket, context, new AgentTelemetry(socket, _health).ReceiveAsync), cancellation);
        }
        catch (AwsException exception)
        {
            Log.AgentSentNonsense(_logger, "telemetry", exception.Message);
        }
    }

    // Agents answer every heartbeat, so a key that is revoked is noticed soon after.
    private Func<ReadOnlyMemory<byte>, CancellationToken, Task> WhileTrusted(AgentSocket socket, CallContext context, Func<ReadOnlyMemory<byte>, CancellationToken, Task> receive) => (frame, cancellation) =>
    {
        if (_options.MayStay(context)) return receive(frame, cancellation);
        Log.KeyRevoked(_logger, context.PrincipalArn);
        socket.Close();
        return Task.CompletedTask;
    };

    // Amazon's agent says 1 always, and Estiba's what it has seen last.
    private static int SequenceOf(IQueryCollection query) => int.TryParse(query["seqNum"], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>The container instance that an agent says it has, registered or no longer; null when there never was one, as far as anybody remembers.</summary>
    internal static ContainerInstanceRecord? FindInstance(View view, Scope scope, string? instance, string? cluster)
    {
        if (instance is null) return null;
        var path = Arn.TryParse(instance, out var arn) ? arn.ResourceName.Split('/') : [instance];
        var home = path.Length > 1 ? path[0] : ClusterNames.NameOf(cluster);
        return view.Find(EcsTables.ContainerInstances, ContainerInstanceRecord.KeyOf(scope, home, path[^1]));
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "The agent of container instance {Instance} in cluster {Cluster} is connected.")]
        internal static partial void AgentConnected(ILogger logger, string instance, string cluster);

        [LoggerMessage(Level = LogLevel.Information, Message = "The agent of container instance {Instance} in cluster {Cluster} has left.")]
        internal static partial void AgentLeft(ILogger logger, string instance, string cluster);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The agent of container instance {Instance} in cluster {Cluster} is version {AgentVersion}, and this server is version {Version}. Bring both to the same.")]
        internal static partial void AgentOfOtherVersion(ILogger logger, string instance, string cluster, string agentVersion, string version);

        [LoggerMessage(Level = LogLevel.Information, Message = "The key of {Principal} is good no longer; its connection is closed.")]
        internal static partial void KeyRevoked(ILogger logger, string principal);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The agent of container instance {Instance} sent what is no message; its connection is closed: {Reason}")]
        internal static partial void AgentSentNonsense(ILogger logger, string instance, string reason);
    }
}
