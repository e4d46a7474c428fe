using System.Buffers;

namespace Estiba.LoadBalancing.Traffic.Network;

/// <summary>
/// Buffers for what is on its way. Only a flow that moves has one; where many do, because their ends do not read, they
/// get small ones, so that slow ends cost little memory.
/// </summary>
internal sealed class RelayBuffers
{
    private const int Large = 64 * 1024;
    private const int Small = 4 * 1024;

    /// <summary>How many large ones there may be: 64 MiB.</summary>
    private const int MostLarge = 1024;

    private int _large;

    /// <summary>A buffer, until what is returned is disposed of.</summary>
    public Lease Rent()
    {
        if (Interlocked.Increment(ref _large) <= MostLarge)
            return new Lease(this, ArrayPool<byte>.Shared.Rent(Large));
        Interlocked.Decrement(ref _large);
        return new Lease(null, ArrayPool<byte>.Shared.Rent(Small));
    }

    /// <summary>A buffer for any datagram, for a moment only.</summary>
    public static Lease RentLarge() => new(null, ArrayPool<byte>.Shared.Rent(Large));

    /// <summary>A buffer that is in use.</summary>
    /// <param name="owner">Who counts it as a large one; null for a small one.</param>
    /// <param name="bytes">The buffer.</param>
    internal readonly struct Lease(RelayBuffers? owner, byte[] bytes) : IDisposable
    {
        public Memory<byte> Memory => bytes;

        public void Dispose()
        {
            ArrayPool<byte>.Shared.Return(bytes);
            if (owner is not null)
                Interlocked.Decrement(ref owner._large);
        }
    }
}
