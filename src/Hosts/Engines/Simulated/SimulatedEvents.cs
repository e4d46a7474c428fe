using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Estiba.Engines.Simulated;

/// <summary>The events of a pretended engine, to everybody who reads them at the time.</summary>
internal sealed class SimulatedEvents
{
    private const int Capacity = 65_536;

    private readonly Lock _gate = new();
    private readonly List<(IReadOnlyList<string> Labels, Channel<EngineEvent> Channel)> _readers = [];

    /// <summary>
    /// Whether something with these labels carries every one of the wanted (<c>key</c> or <c>key=value</c>).
    /// </summary>
    public static bool Carries(IReadOnlyDictionary<string, string> labels, IReadOnlyList<string> wanted)
    {
        foreach (var label in wanted)
        {
            var equals = label.IndexOf('=', StringComparison.Ordinal);
            if (
                equals < 0
                    ? !labels.ContainsKey(label)
                    : !labels.TryGetValue(label[..equals], out var value)
                        || !value.AsSpan().SequenceEqual(label.AsSpan(equals + 1))
            )
                return false;
        }

        return true;
    }

    public void Tell(EngineEvent change)
    {
        lock (_gate)
        {
            foreach (var (labels, channel) in _readers.ToArray())
            {
                // As with Docker, whoever is too slow loses the stream.
                if (Carries(change.Labels, labels) && !channel.Writer.TryWrite(change))
                    channel.Writer.TryComplete();
            }
        }
    }

    /// <summary>Ends every stream.</summary>
    public void Break()
    {
        lock (_gate)
            foreach (var (_, channel) in _readers)
                channel.Writer.TryComplete();
    }

    public IAsyncEnumerable<EngineEvent> ReadAsync(IReadOnlyList<string> labels, CancellationToken cancellation)
    {
        var channel = Channel.CreateBounded<EngineEvent>(Capacity);
        lock (_gate)
            _readers.Add((labels, channel));
        return FollowAsync(channel, cancellation);
    }

    private async IAsyncEnumerable<EngineEvent> FollowAsync(
        Channel<EngineEvent> channel,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        try
        {
            await foreach (var change in channel.Reader.ReadAllAsync(cancellation))
                yield return change;
        }
        finally
        {
            lock (_gate)
                _readers.RemoveAll(reader => reader.Channel == channel);
        }

        throw new EngineUnreachableException("The events stream ended.");
    }
}
