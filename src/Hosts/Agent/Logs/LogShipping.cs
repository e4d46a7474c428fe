using System.Text.Json.Nodes;
using Estiba.Agent.Tasks;
using Estiba.Contracts;
using Estiba.Contracts.Logs;
using Estiba.Engines;
using Microsoft.Extensions.Logging;

namespace Estiba.Agent.Logs;

/// <summary>
/// Ships the output of <c>awslogs</c> containers: the agent reads it from the engine, which keeps the last 100 MB while
/// the platform is away.
/// </summary>
internal sealed partial class LogShipping(
    AgentOptions options,
    IContainerEngine engine,
    ILogsApi logs,
    Func<CallContext> context,
    TimeProvider time,
    Random random,
    ILogger logger
) : IAsyncDisposable
{
    private readonly LogShipper _shipper = new(engine, logs, time, random, logger);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Shipment> _shipments = new(StringComparer.Ordinal);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        Task[] running;
        lock (_gate)
            running = [.. _shipments.Values.Select(shipment => shipment.Work)];
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    /// <summary>
    /// What the engine is told instead of <c>awslogs</c>: to keep the output in files of a bounded size. Null leaves
    /// what is asked for.
    /// </summary>
    public JsonObject? LogConfig(ContainerDefinition container) =>
        container.LogDriver != AwsLogsOptions.Driver
            ? null
            : new JsonObject
            {
                ["Type"] = "json-file",
                ["Config"] = new JsonObject
                {
                    ["max-size"] = options.LogFileSize.ToString(),
                    ["max-file"] = options.LogFiles.ToString(),
                },
            };

    /// <summary>Creates the container's log stream before it starts, as Docker's own driver does.</summary>
    /// <exception cref="EngineException">The log group does not exist, or the options are wrong; the message is that of
    /// Docker's driver.</exception>
    /// <exception cref="LogServiceAwayException">The log service does not answer.</exception>
    public async Task PrepareAsync(TaskState task, int index, CancellationToken cancellation)
    {
        if (Target(task, index) is not { } target)
            return;
        try
        {
            await CreateStreamAsync(target, cancellation);
        }
        catch (AwsException exception) when (exception.StatusCode >= 500)
        {
            throw new LogServiceAwayException(exception);
        }
        catch (Exception exception)
            when (exception is HttpRequestException or OperationCanceledException
                && !cancellation.IsCancellationRequested
            )
        {
            throw new LogServiceAwayException(exception);
        }
    }

    private async Task CreateStreamAsync(LogTarget target, CancellationToken cancellation)
    {
        var request = new CreateLogStreamRequest { LogGroupName = target.Group, LogStreamName = target.Stream };
        try
        {
            await Unless(
                "ResourceAlreadyExistsException",
                logs.CreateLogStreamAsync(request, target.Context, cancellation)
            );
        }
        catch (AwsException exception)
            when (exception.Code == "ResourceNotFoundException" && target.Options.CreateGroup)
        {
            await Unless("ResourceAlreadyExistsException", CreateGroupAsync(target, cancellation));
            await Unless(
                "ResourceAlreadyExistsException",
                logs.CreateLogStreamAsync(request, target.Context, cancellation)
            );
        }
        catch (AwsException exception) when (exception.StatusCode < 500)
        {
            throw Refused("stream", exception);
        }
    }

    private async Task CreateGroupAsync(LogTarget target, CancellationToken cancellation)
    {
        try
        {
            await logs.CreateLogGroupAsync(
                new CreateLogGroupRequest { LogGroupName = target.Group },
                target.Context,
                cancellation
            );
        }
        catch (AwsException exception)
            when (exception.StatusCode < 500 && exception.Code != "ResourceAlreadyExistsException")
        {
            throw Refused("group", exception);
        }
    }

    private static EngineException Refused(string what, AwsException exception) =>
        new(
            $"failed to initialize logging driver: failed to create Cloudwatch log {what}: {exception.Code}: "
                + $"{exception.Message}",
            500
        );

    private static async Task Unless(string code, Task call)
    {
        try
        {
            await call;
        }
        catch (AwsException exception) when (exception.Code == code)
        {
            // It is there, which is all that is wanted.
        }
    }

    /// <summary>
    /// Sees to it that the output of every container of the task that has been started is being sent.
    /// </summary>
    public void Follow(TaskState task)
    {
        for (var index = 0; index < task.Containers.Length; index++)
        {
            if (task.Containers[index] is not { Id: { } id, StartedAt: { } startedAt })
                continue;
            lock (_gate)
            {
                if (
                    _shipments.TryGetValue(id, out var known)
                    && (
                        known.StartedAt == startedAt
                        || !known.Work.IsCompleted && task.Containers[index].Phase != ContainerPhase.Running
                    )
                )
                    continue;

                // Started again by its restart policy: its output goes on where the last of it ended.
                var before = known?.Work ?? Task.CompletedTask;
                _shipments[id] = new Shipment(
                    startedAt,
                    FollowedTarget(task, index) is { } target ? ShipAsync(before, id, target) : Task.CompletedTask
                );
            }
        }
    }

    /// <summary>
    /// Waits until everything that the task's containers have printed is sent, or cannot be, and forgets them.
    /// </summary>
    public async Task ForgetAsync(TaskState task)
    {
        foreach (var container in task.Containers)
        {
            Shipment? shipment = null;
            lock (_gate)
                if (container.Id is { } id)
                    _shipments.Remove(id, out shipment);
            if (shipment is not null)
                await shipment.Work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ShipAsync(Task before, string container, LogTarget target)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ForceYielding);
        try
        {
            await _shipper.RunAsync(container, target, _stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // The agent ends; the next one goes on from here.
        }
        catch (Exception exception)
        {
            Log.ShippingFailed(logger, exception, container);
        }
    }

    /// <summary>
    /// A container whose options are wrong was never started by this agent; its output is left where it is.
    /// </summary>
    private LogTarget? FollowedTarget(TaskState task, int index)
    {
        try
        {
            return Target(task, index);
        }
        catch (EngineException)
        {
            return null;
        }
    }

    private LogTarget? Target(TaskState task, int index)
    {
        var definition = new ContainerDefinition(task.Definition, task.ContainerDefinition(index));
        if (AwsLogsOptions.Of(definition) is not { } awslogs)
            return null;
        var caller = context();
        return new LogTarget(
            awslogs.Group,
            awslogs.StreamOf(task, index, task.Containers[index].Id ?? task.Containers[index].EngineName),
            awslogs.Region is { } region ? caller with { Region = region } : caller,
            awslogs,
            definition.Terminal
        );
    }

    private sealed record Shipment(DateTimeOffset StartedAt, Task Work);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "The output of container {Container} is not sent any more")]
        internal static partial void ShippingFailed(ILogger logger, Exception exception, string container);
    }
}

/// <summary>The log service does not answer; that says nothing about the container.</summary>
internal sealed class LogServiceAwayException(Exception innerException)
    : Exception(innerException.Message, innerException);
