using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Microsoft.Extensions.Logging;

namespace Estiba.Agent.Tasks;

/// <summary>Tells the server the newest state of each task until it accepts it. States in between that were not sent yet are left out.</summary>
/// <remarks>Keeps nothing on disk: an agent that is started again reports the states that it finds.</remarks>
internal sealed class StateReporter(IEcsApi ecs, Func<CallContext> context, TimeProvider time, Random random, ILogger logger) : IAsyncDisposable
{
    /// <summary>So many at a time; further ones wait, each with its newest state only.</summary>
    private const int Concurrency = 8;

    private readonly CancellationTokenSource stopping = new();
    private readonly Lock gate = new();
    private readonly ReportQueue queue = new();
    private readonly HashSet<Task> senders = [];
    private bool held = true;

    /// <summary>Told of each report that the server has accepted, or will never accept.</summary>
    public Action<SubmitTaskStateChangeRequest> Accepted { get; set; } = static _ => { };

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        Task[] running;
        lock (gate) running = [.. senders];
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stopping.Dispose();
    }

    /// <summary>Reports go out from now on: the agent is registered.</summary>
    public void Begin()
    {
        lock (gate)
        {
            held = false;
            StartSenders();
        }
    }

    public void Report(SubmitTaskStateChangeRequest report)
    {
        lock (gate)
        {
            queue.Add(report);
            StartSenders();
        }
    }

    private void StartSenders()
    {
        if (held || stopping.IsCancellationRequested) return;
        while (senders.Count < Concurrency && senders.Count < queue.Waiting)
        {
            Task? sender = null;
            sender = Task.Run(async () =>
            {
                await SendAllAsync();
                lock (gate)
                {
                    senders.Remove(sender!);
                    StartSenders();
                }
            });
            senders.Add(sender);
        }
    }

    private async Task SendAllAsync()
    {
        while (true)
        {
            string? task;
            lock (gate)
                if (!queue.TryBegin(out task)) return;

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
                lock (gate) queue.End(task);
            }
        }
    }

    private async Task SendAsync(string task)
    {
        var retry = new Backoff(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(30), random);
        while (true)
        {
            SubmitTaskStateChangeRequest report;
            lock (gate) report = queue.Take(task);

            try
            {
                await ecs.SubmitTaskStateChangeAsync(report, context(), stopping.Token);
                Accepted(report);
                return;
            }
            catch (AwsException exception) when (exception.Code == "InvalidParameterException")
            {
                logger.LogWarning("The server does not want the state {Status} of {Task}: {Message}", report.Status, task, exception.Message);
                Accepted(report);
                return;
            }
            catch (Exception exception) when (!stopping.IsCancellationRequested)
            {
                var isForeseen = exception is AwsException or HttpRequestException or OperationCanceledException;
                logger.Log(isForeseen ? LogLevel.Debug : LogLevel.Error, exception, "The state {Status} of {Task} is reported later", report.Status, task);
                lock (gate) queue.PutBack(report);
            }

            await Task.Delay(retry.Next(), time, stopping.Token);
        }
    }
}
