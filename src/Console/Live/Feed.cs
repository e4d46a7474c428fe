using Estiba.Console.Sessions;
using Estiba.Contracts;

namespace Estiba.Console.Live;

/// <summary>One question that is asked again and again, and who hears the answers.</summary>
internal sealed class Feed : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly List<Action<Answer>> _listeners = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly TimeProvider _time;
    private readonly TimeSpan _interval;
    private readonly Func<CancellationToken, Task<object>> _read;
    private readonly Task _asking;
    private Answer? _newest;
    private UInt128? _digest;

    internal Feed(TimeProvider time, TimeSpan interval, Func<CancellationToken, Task<object>> read)
    {
        (_time, _interval, _read) = (time, interval, read);
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
                var (answer, digest) = await AnswerAsync();
                Action<Answer>[] listeners;
                lock (_lock)
                {
                    // What did not change need not be drawn again, whoever looks.
                    var isSame = digest is not null && digest == _digest && _newest?.Kind == answer.Kind;
                    listeners = isSame ? [] : [.. _listeners];
                    if (!isSame)
                        (_newest, _digest) = (answer, digest);
                }

                foreach (var tell in listeners)
                    tell(answer);
                await Task.Delay(_interval, _time, _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Nobody looks any more.
        }
    }

    private async Task<(Answer Answer, UInt128? Digest)> AnswerAsync()
    {
        try
        {
            var (value, digest) = await AnswerDigest.OfAsync(() => _read(_stop.Token));
            return (new Answer(AnswerKind.Value, value), digest);
        }
        catch (ResourceMissingException missing)
        {
            return (new Answer(AnswerKind.Missing, null, missing.Message), null);
        }
        catch (AwsException error)
        {
            return (new Answer(KindOf(error), null, error.Message), null);
        }
        catch (Exception) when (!_stop.IsCancellationRequested)
        {
            return (new Answer(AnswerKind.Unavailable, null), null);
        }
    }

    internal static AnswerKind KindOf(AwsException error) =>
        error.Code switch
        {
            _ when SignIn.IsOfKey(error) => AnswerKind.SignedOut,
            "AccessDeniedException" or "AccessDenied" or "UnauthorizedOperation" => AnswerKind.Refused,
            "NoSuchEntity" => AnswerKind.Missing,
            _ when error.Code.Contains("NotFound", StringComparison.Ordinal) => AnswerKind.Missing,
            _ when error.StatusCode is >= 400 and < 500 and not 429 => AnswerKind.Faulty,
            _ => AnswerKind.Unavailable,
        };
}
