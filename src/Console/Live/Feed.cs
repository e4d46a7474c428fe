using Estiba.Console.Sessions;
using Estiba.Contracts;

namespace Estiba.Console.Live;

/// <summary>One question that is asked every second, and who hears the answers.</summary>
internal sealed class Feed : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(800);

    private readonly Lock _lock = new();
    private readonly List<Action<Answer>> _listeners = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly TimeProvider _time;
    private readonly Func<CancellationToken, Task<object>> _read;
    private readonly Task _asking;
    private Answer? _newest;

    internal Feed(TimeProvider time, Func<CancellationToken, Task<object>> read)
    {
        (_time, _read) = (time, read);
        _asking = Task.Run(AskAsync);
    }

    internal void Add(Action<Answer> tell)
    {
        Answer? newest;
        lock (_lock)
        {
            _listeners.Add(tell);
            newest = _newest;
        }

        if (newest is not null)
            tell(newest);
    }

    /// <summary>Whether that was the last who listened.</summary>
    internal bool Remove(Action<Answer> tell)
    {
        lock (_lock)
            return _listeners.Remove(tell) && _listeners.Count == 0;
    }

    /// <summary>Asks no more; who waits for the end awaits <see cref="DisposeAsync"/>.</summary>
    internal void Stop() => _stop.Cancel();

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _asking;
        _stop.Dispose();
    }

    private async Task AskAsync()
    {
        try
        {
            while (true)
            {
                var answer = await AnswerAsync();
                Action<Answer>[] listeners;
                lock (_lock)
                {
                    _newest = answer;
                    listeners = [.. _listeners];
                }

                foreach (var tell in listeners)
                    tell(answer);
                await Task.Delay(Interval, _time, _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Nobody looks any more.
        }
    }

    private async Task<Answer> AnswerAsync()
    {
        try
        {
            return new Answer(AnswerKind.Value, await _read(_stop.Token));
        }
        catch (ResourceMissingException missing)
        {
            return new Answer(AnswerKind.Missing, null, missing.Message);
        }
        catch (AwsException error)
        {
            return new Answer(KindOf(error), null, error.Message);
        }
        catch (Exception) when (!_stop.IsCancellationRequested)
        {
            return new Answer(AnswerKind.Unavailable, null);
        }
    }

    private static AnswerKind KindOf(AwsException error) =>
        error.Code switch
        {
            _ when SignIn.IsOfKey(error) => AnswerKind.SignedOut,
            "AccessDeniedException" or "AccessDenied" or "UnauthorizedOperation" => AnswerKind.Refused,
            "ClusterNotFoundException" or "ServiceNotFoundException" => AnswerKind.Missing,
            _ => AnswerKind.Unavailable,
        };
}
