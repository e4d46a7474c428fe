using System.Runtime.CompilerServices;
using Estiba.Engines;

namespace Estiba.Agent.Logs;

/// <summary>One container's output until it has stopped: every line that the engine still has, once.</summary>
/// <remarks>
/// Where log files are rotated, Docker before 23 may end a stream that follows, leave it standing at the old file, skip
/// a file that was full before the reader came to it, or begin a file again. A reading that does not follow is whole.
/// So a stream that follows is left when it falls behind, every reading goes on from the last line of the one before,
/// and the last of them does not follow.
/// </remarks>
internal sealed class ContainerOutput(IContainerEngine engine, string container, bool terminal, TimeProvider time)
{
    /// <summary>
    /// Output and error output may be a little out of order, so a reading begins before the last line.
    /// </summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(1);

    /// <summary>
    /// How old a line may be when it comes; and after how much silence the engine is asked whether there is more.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly LinesRead _output = new();
    private readonly LinesRead _error = new();

    /// <param name="since">Lines at or after this time; null from the beginning.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="EngineException">The output cannot be read; where it goes on is not lost.</exception>
    public async IAsyncEnumerable<LogLine> ReadAsync(
        DateTimeOffset? since,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        while (true)
        {
            var stopped =
                await engine.FindContainerAsync(container, cancellation)
                is not { Status: ContainerStatus.Running or ContainerStatus.Paused or ContainerStatus.Restarting };
            var more = false;
            await foreach (var line in engine.ReadLogsAsync(container, Next(since), cancellation))
            {
                if (line.IsCut && !stopped || !IsNew(line))
                    continue;
                more = true;
                yield return line;
            }

            if (stopped && !more)
                yield break;
            if (stopped)
                continue;

            await foreach (var line in FollowAsync(since, cancellation))
            {
                more = true;
                yield return line;
            }

            if (!more)
                // an engine that ends every stream at once is not asked all the time
                await Task.Delay(Overlap, time, cancellation);
        }
    }

    /// <summary>New lines until the stream ends, or is not to be believed any more.</summary>
    private async IAsyncEnumerable<LogLine> FollowAsync(
        DateTimeOffset? since,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var query = Next(since) with { Follow = true };
        await using var lines = new PatientReader<LogLine>(
            engine.ReadLogsAsync(container, query, cancellation),
            time,
            cancellation
        );
        var silent = false; // and the engine had nothing more
        while (true)
        {
            if (!silent && !await lines.IsNextWithinAsync(Patience))
            {
                if (await IsBehindAsync(since, cancellation) && !lines.IsNextThere)
                    yield break;
                silent = true;
            }

            if (!await lines.MoveNextAsync())
                yield break;
            var line = lines.Current;
            if (line.IsCut || !IsNew(line))
                continue;

            silent = false;
            yield return line;
            if (time.GetUtcNow() - line.At > Patience)
                yield break;
        }
    }

    /// <summary>Whether the engine's last line is one that has not been read.</summary>
    private async Task<bool> IsBehindAsync(DateTimeOffset? since, CancellationToken cancellation)
    {
        await foreach (
            var line in engine.ReadLogsAsync(container, new LogsQuery { Tail = 1, Terminal = terminal }, cancellation)
        )
            if (line.At > (Of(line).Last ?? since ?? DateTimeOffset.MinValue))
                return true;

        return false;
    }

    /// <summary>The reading that goes on where the one before has ended.</summary>
    private LogsQuery Next(DateTimeOffset? since)
    {
        _output.Rewind();
        _error.Rewind();
        var last = _error.Last > _output.Last ? _error.Last : _output.Last ?? _error.Last;
        return new LogsQuery
        {
            Since = last is { } at && !(at - Overlap < since) ? at - Overlap : since,
            Terminal = terminal,
        };
    }

    private bool IsNew(LogLine line) => Of(line).IsNew(line, time.GetUtcNow());

    private LinesRead Of(LogLine line) => line.IsError ? _error : _output;
}
