using System.Text;
using Estiba.Listeners.EventLoops;
using Estiba.LoadBalancing.Traffic.Forwarding;

namespace Estiba.LoadBalancing.Traffic.Plain;

/// <summary>What the connections of one loop share.</summary>
/// <param name="router">Chooses targets.</param>
/// <param name="time">The clock.</param>
/// <param name="random">What is left to chance.</param>
internal sealed class PlainTraffic(RequestRouter router, TimeProvider time, Random random)
{
    private readonly Stack<PlainExchange> _unused = new();
    private readonly byte[] _date = Encoding.ASCII.GetBytes("Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n");
    private long _dateIsOf = long.MinValue;

    public RequestRouter Router => router;

    public TimeProvider Time => time;

    public Random Random => random;

    /// <summary>For what is sent at once.</summary>
    public PooledWriter Output { get; } = new(BufferPool.Large);

    /// <summary>For what is taken out of chunks.</summary>
    public PooledWriter Chunk { get; } = new(BufferPool.Large);

    /// <summary>The header with the time.</summary>
    public ReadOnlySpan<byte> Date
    {
        get
        {
            var now = time.GetUtcNow();
            if (now.ToUnixTimeSeconds() is var second && second != _dateIsOf)
            {
                _dateIsOf = second;
                now.TryFormat(_date.AsSpan("Date: ".Length), out _, "R");
            }
            return _date;
        }
    }

    /// <summary>An exchange that nobody uses.</summary>
    public PlainExchange Take() => _unused.TryPop(out var exchange) ? exchange : new PlainExchange(this);

    /// <summary>Nobody uses an exchange any more.</summary>
    public void Return(PlainExchange exchange) => _unused.Push(exchange);
}
