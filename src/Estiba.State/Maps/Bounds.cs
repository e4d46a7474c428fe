namespace Estiba.State.Maps;

/// <summary>Between which keys everything in a node lies, as the separators above it say.</summary>
/// <param name="Low">Not greater than any key of the node; null at the map's beginning.</param>
/// <param name="High">Greater than every key of the node; null at the map's end.</param>
internal readonly record struct Bounds<TKey>(TKey? Low, TKey? High)
    where TKey : struct, ISortKey<TKey>
{
    /// <summary>How many characters every key within the bounds begins with alike.</summary>
    internal int CommonLength
    {
        get
        {
            if (Low is not { } low || High is not { } high) return 0;
            return TKey.CommonLength(low, high);
        }
    }
}
