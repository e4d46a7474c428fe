using System.Globalization;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Clusters;
using Estiba.Ecs.ContainerInstances;
using Estiba.Ecs.Metrics;
using Estiba.State;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Estiba.Ecs.Agents;

/// <summary>
/// Takes the web sockets of agents: the control socket under <see cref="ControlPath"/> and the telemetry socket under
/// <see cref="TelemetryPath"/>.
/// </summary>
public sealed partial class AgentDoor
{
    /// <summary>The path of the control socket; <c>/ws</c> follows it.</summary>
    public const string ControlPath = "/acs";

    /// <summary>The path of the telemetry socket; <c>/ws</c> follows it.</summary>
    public const string TelemetryPath = "/tcs";

    private const int LongestVersion = 255;

    private readonly Store _store;
    private readonly AgentSessions _sessions;
    private readonly Action<string> _attend;
    private readonly EcsIds _ids;
    private readonly EcsOptions _options;
    private readonly TimeProvider _time;
    private readonly HostRights _hostRights;
    private readonly TaskHealth _health;
    private readonly InstanceHealth _instanceHealth;
    private readonly UsageReports _usage;
    private readonly ILogger _logger;

    internal AgentDoor(
        Store store,
        AgentSessions sessions,
        Action<string> attend,
        UsageReports usage,
        EcsIds ids,
        EcsOptions options,
        TimeProvider time,
        ILogger logger
    )
    {
        (_store, _sessions, _attend, _ids, _options, _time, _logger) = (
            store,
            sessions,
            attend,
            ids,
            options,
            time,
            logger
        );
        _hostRights = new HostRights(options.HostKeys);
        _health = new TaskHealth(store, ids, time);
        _instanceHealth = new InstanceHealth(store);
        _usage = usage;
    }

    /// <summary>Serves one socket until it closes.</summary>
    /// <param name="http">A request whose signature is already verified.</param>
    /// <param name="context">Who signed it.</param>
    /// <param name="stopping">The platform stops.</param>
    public async Task HandleAsync(HttpContext http, CallContext context, CancellationToken stopping)
    {
        if (!http.WebSockets.IsWebSocketRequest)
        {
            await ConnectionRefusal
                .BadRequest("This address is for the web sockets of container agents.")
                .AnswerAsync(http);
            return;
        }

        var query = http.Request.Query;
        var named = query["containerInstanceArn"].FirstOrDefault() ?? query["containerInstance"].FirstOrDefault();
        var cluster = query["clusterArn"].FirstOrDefault() ?? query["cluster"].FirstOrDefault();
        var found = FindInstance(_store.Current, Scope.Of(context), named, cluster);
        if (found is null ? !MayBeIn(context, cluster) : !_hostRights.Owns(context, found))
        {
            Log.NotItsInstance(_logger, context.PrincipalArn, found?.Id, found?.Cluster);
            await ConnectionRefusal.NotAuthorized(context, found).AnswerAsync(http);
            return;
        }

        if (found is not { Status: not ContainerInstanceStatus.Inactive } instance)
        {
            await ConnectionRefusal.Of(found).AnswerAsync(http);
            return;
        }

        using var webSocket = await http.WebSockets.AcceptWebSocketAsync();
        using var socket = new AgentSocket(webSocket);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, http.RequestAborted);
        if (http.Request.Path.StartsWithSegments(TelemetryPath, StringComparison.Ordinal))
            await ListenAsync(socket, instance, context, ending.Token);
        else
            await ConverseAsync(socket, instance, context, http.Request.Query, ending.Token);
    }

    /// <summary>The ARN of the container instance that a request says it is for; <c>*</c> when it says none.</summary>
    /// <param name="http">The request.</param>
    /// <param name="context">Who sends it.</param>
    public static string InstanceOf(HttpContext http, CallContext context)
    {
        var query = http.Request.Query;
        if (
            (query["containerInstanceArn"].FirstOrDefault() ?? query["containerInstance"].FirstOrDefault())
            is not { } named
        )
            return "*";
        var path = Arn.TryParse(named, out var arn) ? arn.ResourceName.Split('/') : [named];
        var cluster = query["clusterArn"].FirstOrDefault() ?? query["cluster"].FirstOrDefault() ?? ClusterNames.Default;
        var home =
            path.Length > 1 ? path[0]
            : Arn.TryParse(cluster, out var whole) ? whole.ResourceName
            : cluster;
        return Scope.Of(context).Arn($"container-instance/{home}/{path[^1]}");
    }

    /// <summary>Whether the agent of an EC2 instance, or of a host that is named like one, is connected.</summary>
    public bool HasAgentOf(string account, string region, string instance) =>
        _store
            .Current.Range(EcsTables.ContainerInstances, new Scope(account, region).Prefix)
            .Any(known => known.AgentConnected && known.Ec2InstanceId == instance);

    /// <summary>The server's side of a conversation over a control socket.</summary>
    internal AgentSession Converse(
        string instanceKey,
        IAgentLink link,
        int lastSequence = 0,
        VersionInfo? versions = null
    ) => new(instanceKey, link, _sessions, _attend, _store, _ids, _options, _time, lastSequence, versions);

    /// <summary>The server's side of a telemetry socket.</summary>
    internal AgentTelemetry Listen(string instanceKey, IAgentLink link) =>
        new(instanceKey, link, _health, _instanceHealth, _usage, _store);

    private async Task ConverseAsync(
        AgentSocket socket,
        ContainerInstanceRecord instance,
        CallContext context,
        IQueryCollection query,
        CancellationToken cancellation
    )
    {
        var versions = VersionsOf(query);
        var link = new TrustedLink(socket, () => _options.HostKeys.IsGood(context));
        var session = Converse(instance.Key, link, SequenceOf(query), versions);
        Log.AgentConnected(_logger, instance.Id, instance.Cluster);
        if (versions is { AgentHash: EstibaAgent.Hash, AgentVersion: { } version } && version != _options.Version)
            Log.AgentOfOtherVersion(_logger, instance.Id, instance.Cluster, version, _options.Version);
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
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The agent has left, or the platform stops, before they had said hello: nothing has failed.
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
                // A beat that still waits to be sent shows that the link is full: nobody takes anything from it.
                if (beat.IsCompleted)
                    beat = session.BeatAsync(cancellation);
                else
                    session.HangUpIfSilent();
            }
        }
        catch (OperationCanceledException)
        {
            // The conversation has ended.
        }

        await beat.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task ListenAsync(
        AgentSocket socket,
        ContainerInstanceRecord instance,
        CallContext context,
        CancellationToken cancellation
    )
    {
        try
        {
            await socket.RunAsync(
                WhileTrusted(socket, context, Listen(instance.Key, socket).ReceiveAsync),
                cancellation
            );
        }
        catch (AwsException exception)
        {
            Log.AgentSentNonsense(_logger, "telemetry", exception.Message);
        }
    }

    // Agents answer every heartbeat, so a key that is revoked is noticed soon after.
    private Func<ReadOnlyMemory<byte>, CancellationToken, Task> WhileTrusted(
        AgentSocket socket,
        CallContext context,
        Func<ReadOnlyMemory<byte>, CancellationToken, Task> receive
    ) =>
        (frame, cancellation) =>
        {
            if (_options.HostKeys.IsGood(context))
                return receive(frame, cancellation);
            Log.KeyRevoked(_logger, context.PrincipalArn);
            socket.Close();
            return Task.CompletedTask;
        };

    // Amazon's agent does not say when it registers what it is, but whenever it connects.
    private static VersionInfo? VersionsOf(IQueryCollection query)
    {
        var versions = new VersionInfo
        {
            AgentHash = Named("agentHash"),
            AgentVersion = Named("agentVersion"),
            DockerVersion = Named("dockerVersion"),
        };
        return versions is { AgentHash: null, AgentVersion: null } ? null : versions;

        string? Named(string name) =>
            query[name].FirstOrDefault() is { Length: > 0 and <= LongestVersion } version ? version : null;
    }

    // Amazon's agent says 1 always, and Estiba's what it has seen last.
    private static int SequenceOf(IQueryCollection query) =>
        int.TryParse(query["seqNum"], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private bool MayBeIn(CallContext context, string? cluster) =>
        _options.HostKeys.HostOf(context) is not { } host
        || host.MayBeIn(Scope.Of(context), ClusterNames.NameOf(cluster));

    /// <summary>
    /// The container instance that an agent says it has, registered or no longer; null when there never was one, as far
    /// as anybody remembers.
    /// </summary>
    internal static ContainerInstanceRecord? FindInstance(View view, Scope scope, string? instance, string? cluster)
    {
        if (instance is null)
            return null;
        var path = Arn.TryParse(instance, out var arn) ? arn.ResourceName.Split('/') : [instance];
        var home = path.Length > 1 ? path[0] : ClusterNames.NameOf(cluster);
        return view.Find(EcsTables.ContainerInstances, ContainerInstanceRecord.KeyOf(scope, home, path[^1]));
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Information,
            Message = "The agent of container instance {Instance} in cluster {Cluster} is connected."
        )]
        internal static partial void AgentConnected(ILogger logger, string instance, string cluster);

        [LoggerMessage(
            Level = LogLevel.Information,
            Message = "The agent of container instance {Instance} in cluster {Cluster} has left."
        )]
        internal static partial void AgentLeft(ILogger logger, string instance, string cluster);

        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "The agent of container instance {Instance} in cluster {Cluster} is version {AgentVersion}, "
                + "and this server is version {Version}. Bring both to the same."
        )]
        internal static partial void AgentOfOtherVersion(
            ILogger logger,
            string instance,
            string cluster,
            string agentVersion,
            string version
        );

        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "{Principal} wants to be the agent of container instance {Instance} in cluster {Cluster}, "
                + "which is not its own, and is refused."
        )]
        internal static partial void NotItsInstance(
            ILogger logger,
            string principal,
            string? instance,
            string? cluster
        );

        [LoggerMessage(
            Level = LogLevel.Information,
            Message = "The key of {Principal} is good no longer; its connection is closed."
        )]
        internal static partial void KeyRevoked(ILogger logger, string principal);

        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "The agent of container instance {Instance} sent what is no message; its connection is "
                + "closed: {Reason}"
        )]
        internal static partial void AgentSentNonsense(ILogger logger, string instance, string reason);
    }
}
