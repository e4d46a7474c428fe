using Microsoft.Extensions.Logging;

namespace Estiba.Hosting.Controllers;

/// <summary>Does a chore at its interval until it is disposed.</summary>
internal sealed partial class ChoreLoop : IAsyncDisposable
{
    private readonly Chore _chore;
    private readonly ILogger _logger;
    private readonly PeriodicTimer _timer;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    internal ChoreLoop(Chore chore, TimeProvider time, ILogger logger)
    {
        (_chore, _logger) = (chore, logger);
        _timer = new PeriodicTimer(chore.Interval, time);
        _running = chore.AtStart ? Task.Run(RunAsync) : RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _timer.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            if (_chore.AtStart)
                await TryAsync();
            while (await _timer.WaitForNextTickAsync(_stopping.Token))
                await TryAsync();
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Being stopped is how it ends.
        }
    }

    private async Task TryAsync()
    {
        try
        {
            await _chore.RunAsync(_stopping.Token);
        }
        catch (Exception failure)
        {
            // Whatever it is: a chore that never came again would fill the disk.
            if (!_stopping.IsCancellationRequested)
                Tell(failure);
        }
    }

    private void Tell(Exception failure)
    {
        try
        {
            Log.Failed(_logger, _chore.Name, _chore.Interval, failure);
        }
        catch
        {
            // A log that cannot be written is no reason to end the chore.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Chore} failed; it is tried again in {Interval}")]
        internal static partial void Failed(ILogger logger, string chore, TimeSpan interval, Exception failure);
    }
}
