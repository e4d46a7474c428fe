using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Microsoft.Extensions.Logging;

namespace Estiba.Agent.Tasks;

/// <summary>
/// Tells the server the newest state of each task until it accepts it. States in between that were not sent yet are
/// left out.
/// </summary>
/// <remarks>Keeps nothing on disk: an agent that is started again reports the states that it finds.</remarks>
internal sealed partial class StateReporter(
    IEcsApi ecs,
    Func<CallContext> context,
    TimeProvider time,
    Random random,
    ILogger logger
) : IAsyncDisposable
{
    /// <summary>So many at a time; further ones wait, each with its newest state only.</summary>
    private const int Concurrency = 8;

    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly ReportQueue _queue = new();
    private readonly HashSet<Task> _senders = [];
    private bool _held = true;

    /// <summary>Told of each report that the server has accepted, or will never accept.</summary>
    public Action<SubmitTaskStateChangeRequest> Accepted { get; set; } = static _ => { };

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        Task[] running;
        lock (_gate)
            running = [.. _senders];
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    /// <summary>Reports go out from now on: the agent is registered.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            _held = false;
            StartSenders();
        }
    }

    public void Report(SubmitTaskStateChangeRequest report)
    {
        lock (_gate)
        {
            _queue.Add(report);
            StartSenders();
        }
    }

    private void StartSenders()
    {
        if (_held || _stopping.IsCancellationRequested)
            return;
        while (_senders.Count < Concurrency && _senders.Count < _queue.Waiting)
        {
            Task? sender = null;
            sender = Task.Run(async () =>
            {
                await SendAllAsync();
                lock (_gate)
                {
                    _senders.Remove(sender!);
                    StartSenders();
                }
            });
            _senders.Add(sender);
        }
    }

    private async Task SendAllAsync()
    {
        while (true)
        {
            string? task;
            lock (_gate)
                if (!_queue.TryBegin(out task))
                    return;

            try
            {
                await SendAsync(task);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            finally
            {
                lock (_gate)
                    _queue.End(task);
            }
        }
    }

    private async Task SendAsync(string task)
    {
        var retry = new Backoff(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(30), random);
        while (true)
        {
            SubmitTaskStateChangeRequest report;
            lock (_gate)
                report = _queue.Take(task);

            try
            {
                await ecs.SubmitTaskStateChangeAsync(report, context(), _stopping.Token);
                Accepted(report);
                return;
            }
            catch (AwsException exception) when (exception.Code == "InvalidParameterException")
            {
                Log.Refused(logger, report.Status, task, exception.Message);
                Accepted(report);
                return;
            }
            catch (Exception exception) when (!_stopping.IsCancellationRequested)
            {
                var isForeseen = exception is AwsException or HttpRequestException or OperationCanceledException;
                Log.Postponed(logger, isForeseen ? LogLevel.Debug : LogLevel.Error, exception, report.Status, task);
                lock (_gate)
                    _queue.PutBack(report);
            }

            await Task.Delay(retry.Next(), time, _stopping.Token);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "The server does not want the state {Status} of {Task}: {Message}"
        )]
        internal static partial void Refused(ILogger logger, string? status, string task, string message);

        [LoggerMessage(Message = "The state {Status} of {Task} is reported later")]
        internal static partial void Postponed(
            ILogger logger,
            LogLevel level,
            Exception exception,
            string? status,
            string task
        );
    }
}
