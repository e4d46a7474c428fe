namespace Estiba.Listeners.EventLoops;

/// <summary>Buffers of two sizes that one thread uses again and again.</summary>
public sealed class BufferPool
{
    /// <summary>Has room for the heads of most messages, and for most small bodies with them.</summary>
    public const int Small = 16 << 10;

    /// <summary>Is for what has more.</summary>
    public const int Large = 64 << 10;

    private const int MostKept = 4 << 20;

    private readonly Stack<byte[]> _small = new();
    private readonly Stack<byte[]> _large = new();

    /// <summary>A buffer of at least this length.</summary>
    public byte[] Rent(int length) =>
        length > Large ? new byte[length] : Rent(length > Small ? _large : _small, length > Small ? Large : Small);

    /// <summary>Nobody uses a buffer any more.</summary>
    public void Return(byte[] buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        var stack = buffer.Length switch
        {
            Small => _small,
            Large => _large,
            _ => null,
        };
        if (stack is not null && stack.Count < MostKept / buffer.Length)
            stack.Push(buffer);
    }

    // The system writes into them: what never moves need not be held.
    private static byte[] Rent(Stack<byte[]> stack, int length) =>
        stack.TryPop(out var buffer) ? buffer : GC.AllocateUninitializedArray<byte>(length, pinned: true);
}
