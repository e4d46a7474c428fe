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
            await RefuseAsync(http, StatusCodes.Status400BadRequest, "This address is for the web sockets of container agents.");
            return;
        }

        if (FindInstance(http.Request.Query, Scope.Of(context)) is not { } instance)
        {
            await RefuseAsync(http, StatusCodes.Status400BadRequest, "InvalidParameterException: The container instance is not registered.");
            return;
        }

        using var webSocket = await http.WebSockets.AcceptWebSocketAsync();
        using var socket = new AgentSocket(webSocket);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, http.RequestAborted);
        if (http.Request.Path.StartsWithSegments(TelemetryPath, StringComparison.Ordinal)) await ListenAsync(socket, ending.Token);
        else await ConverseAsync(socket, instance, ending.Token);
    }

    private async Task ConverseAsync(AgentSocket socket, ContainerInstanceRecord instance, CancellationToken cancellation)
    {
        var session = new AgentSession(instance.Key, socket, _sessions, _attend, _store, _ids, _options, _time);
        Log.AgentConnected(_logger, instance.Id, instance.Cluster);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var beating = Task.CompletedTask;
        try
        {
            await session.BeginAsync(cancellation);
            beating = BeatAsync(session, ended.Token);
            await socket.RunAsync(session.ReceiveAsync, cancellation);
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
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation)) await session.BeatAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            // The conversation has ended.
        }
    }

    private async Task ListenAsync(AgentSocket socket, CancellationToken cancellation)
    {
        try
        {
            await socket.RunAsync(new AgentTelemetry(socket, _health).ReceiveAsync, cancellation);
        }
        catch (AwsException exception)
        {
            Log.AgentSentNonsense(_logger, "telemetry", exception.Message);
        }
    }

    private ContainerInstanceRecord? FindInstance(IQueryCollection query, Scope scope)
    {
        var named = query["containerInstanceArn"].FirstOrDefault() ?? query["containerInstance"].FirstOrDefault();
        if (named is null) return null;
        var path = Arn.TryParse(named, out var arn) ? arn.ResourceName.Split('/') : [named];
        var cluster = path.Length > 1 ? path[0] : ClusterNames.NameOf(query["clusterArn"].FirstOrDefault() ?? query["cluster"].FirstOrDefault());
        return _store.Current.Find(EcsTables.ContainerInstances, ContainerInstanceRecord.KeyOf(scope, cluster, path[^1])) is { } instance && instance.Status != ContainerInstanceStatus.Inactive
            ? instance
            : null;
    }

    private static async Task RefuseAsync(HttpContext http, int status, string why)
    {
        http.Response.StatusCode = status;
        await http.Response.WriteAsync(why);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "The agent of container instance {Instance} in cluster {Cluster} is connected.")]
        internal static partial void AgentConnected(ILogger logger, string instance, string cluster);

        [LoggerMessage(Level = LogLevel.Information, Message = "The agent of container instance {Instance} in cluster {Cluster} has left.")]
        internal static partial void AgentLeft(ILogger logger, string instance, string cluster);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The agent of container instance {Instance} sent what is no message; its connection is closed: {Reason}")]
        internal static partial void AgentSentNonsense(ILogger logger, string instance, string reason);
    }
}
