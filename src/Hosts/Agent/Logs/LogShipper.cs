using Estiba.Contracts;
using Estiba.Contracts.Logs;
using Estiba.Engines;
using Microsoft.Extensions.Logging;

namespace Estiba.Agent.Logs;

/// <summary>Where one container's output goes.</summary>
internal sealed record LogTarget(
    string Group,
    string Stream,
    CallContext Context,
    AwsLogsOptions Options,
    bool Terminal
);

/// <summary>
/// Sends one container's output to its log stream, from its start to its end, across failures of the engine and of the
/// log service.
/// </summary>
/// <remarks>
/// At most one batch is in memory; while it cannot be sent nothing more is read, and the engine keeps the output, as
/// far as its files reach. After any failure the position is asked of the stream again, so that nothing is lost that
/// the engine still has, and nothing doubled.
/// </remarks>
internal sealed partial class LogShipper(
    IContainerEngine engine,
    ILogsApi logs,
    TimeProvider time,
    Random random,
    ILogger logger
)
{
    /// <summary>How long an event waits for company.</summary>
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);

    /// <summary>Docker's answer for a log driver that cannot be read back.</summary>
    private const int NotImplemented = 501;

    /// <summary>Completes when the container has stopped and everything is sent.</summary>
    public async Task RunAsync(string container, LogTarget target, CancellationToken cancellation)
    {
        var retry = new Backoff(TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(30), random);
        while (true)
        {
            try
            {
                var position = await LogPosition.OfAsync(
                    logs,
                    target.Group,
                    target.Stream,
                    target.Context,
                    cancellation
                );
                retry.Reset();
                await FollowAsync(container, target, position, cancellation);
                return;
            }
            catch (EngineException exception) when (exception.IsNotFound)
            {
                return; // removed, and its output with it
            }
            catch (EngineException exception) when (exception.StatusCode == NotImplemented)
            {
                Log.OutputUnreadable(logger, container, exception.Message);
                return;
            }
            catch (AwsException exception) when (exception.Code == "AccessDeniedException")
            {
                // As of a task that the server has forgotten. Whoever waits for the rest would wait for ever.
                Log.SendingRefused(logger, container, exception.Message);
                return;
            }
            catch (AwsException exception) when (exception.Code == "ResourceNotFoundException")
            {
                if (!await CreateStreamAsync(target, cancellation))
                    return;
            }
            catch (Exception exception)
                when (exception is EngineException or AwsException or HttpRequestException or OperationCanceledException
                    && !cancellation.IsCancellationRequested
                )
            {
                Log.SendingPostponed(logger, container, exception.Message);
            }

            await Task.Delay(retry.Next(), time, cancellation);
        }
    }

    private async Task FollowAsync(
        string container,
        LogTarget target,
        LogPosition position,
        CancellationToken cancellation
    )
    {
        var lines = new ContainerOutput(engine, container, target.Terminal, time).ReadAsync(
            position.Since,
            cancellation
        );
        await using var events = new PatientReader<LogEvent>(
            LogEventReader.ReadAsync(lines, target.Options.EventStart, position, time, cancellation),
            time,
            cancellation
        );
        var batch = new LogBatch();
        var begun = 0L; // when the batch got its first event
        while (true)
        {
            if (!batch.IsEmpty && !await events.IsNextWithinAsync(Delay - time.GetElapsedTime(begun)))
            {
                await SendAsync(batch, target, cancellation);
                continue;
            }

            if (!await events.MoveNextAsync())
                break;
            if (position.Has(events.Current))
                continue;

            if (batch.IsEmpty)
                begun = time.GetTimestamp();
            if (batch.TryAdd(events.Current))
                continue;
            await SendAsync(batch, target, cancellation);
            begun = time.GetTimestamp();
            batch.TryAdd(events.Current);
        }

        if (!batch.IsEmpty)
            await SendAsync(batch, target, cancellation);
    }

    private async Task SendAsync(LogBatch batch, LogTarget target, CancellationToken cancellation)
    {
        try
        {
            await logs.PutLogEventsAsync(
                new PutLogEventsRequest
                {
                    LogGroupName = target.Group,
                    LogStreamName = target.Stream,
                    LogEvents = batch.ToInput(),
                },
                target.Context,
                cancellation
            );
        }
        catch (AwsException exception)
            when (exception.Code is "InvalidParameterException" or "DataAlreadyAcceptedException")
        {
            Log.EventsRefused(logger, batch.Events.Count, target.Group, target.Stream, exception.Message);
        }

        batch.Clear();
    }

    /// <summary>
    /// Somebody deleted the stream under the running container; it comes back if its group is still there.
    /// </summary>
    private async Task<bool> CreateStreamAsync(LogTarget target, CancellationToken cancellation)
    {
        try
        {
            await logs.CreateLogStreamAsync(
                new CreateLogStreamRequest { LogGroupName = target.Group, LogStreamName = target.Stream },
                target.Context,
                cancellation
            );
            return true;
        }
        catch (AwsException exception) when (exception.Code == "ResourceNotFoundException")
        {
            Log.GroupGone(logger, target.Group, target.Stream);
            return false;
        }
        catch (Exception exception)
            when (exception is AwsException or HttpRequestException or OperationCanceledException
                && !cancellation.IsCancellationRequested
            )
        {
            return true; // the next round tells
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "The output of container {Container} cannot be read: {Message}"
        )]
        internal static partial void OutputUnreadable(ILogger logger, string container, string message);

        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "The output of container {Container} is not sent any more: {Message}"
        )]
        internal static partial void SendingRefused(ILogger logger, string container, string message);

        [LoggerMessage(
            Level = LogLevel.Debug,
            Message = "Sending the output of container {Container} goes on later: {Message}"
        )]
        internal static partial void SendingPostponed(ILogger logger, string container, string message);

        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "{Count} log events for {Group}/{Stream} were refused: {Message}"
        )]
        internal static partial void EventsRefused(
            ILogger logger,
            int count,
            string group,
            string stream,
            string message
        );

        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "Log group {Group} is gone; the output of stream {Stream} is not sent any more"
        )]
        internal static partial void GroupGone(ILogger logger, string group, string stream);
    }
}
