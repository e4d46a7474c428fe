namespace Estiba.Gateway.Bodies;

/// <summary>The memory that the bodies of all requests may have together. Safe for concurrent use.</summary>
/// <param name="bytes">How much there is.</param>
internal sealed class BodyBudget(long bytes)
{
    /// <summary>What only small bodies get: a few large ones should not keep all others out.</summary>
    private readonly long _forSmallOnes = bytes / 4;

    private long _left = bytes;

    /// <summary>How much is left.</summary>
    public long Left => Interlocked.Read(ref _left);

    /// <summary>Takes some of it.</summary>
    /// <returns>False when there is not so much.</returns>
    public bool TryTake(long amount, bool forSmallBody)
    {
        var keep = forSmallBody ? 0 : _forSmallOnes;
        while (true)
        {
            var left = Interlocked.Read(ref _left);
            if (left - amount < keep)
                return false;
            if (Interlocked.CompareExchange(ref _left, left - amount, left) == left)
                return true;
        }
    }

    /// <summary>Gives back what was taken.</summary>
    public void Return(long amount) => Interlocked.Add(ref _left, amount);
}
