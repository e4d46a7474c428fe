using System.Runtime.CompilerServices;

namespace Estiba.State.Maps;

/// <summary>
/// Between which keys everything in a node lies, as the separators above it say. It refers to them where they are, so
/// that going down the tree copies no keys.
/// </summary>
internal readonly ref struct Bounds<TKey>
    where TKey : struct, ISortKey<TKey>
{
    private readonly ref readonly TKey _low;
    private readonly ref readonly TKey _high;

    /// <param name="low">Not greater than any key of the node; a null reference at the map's beginning.</param>
    /// <param name="high">Greater than every key of the node; a null reference at the map's end.</param>
    internal Bounds(ref readonly TKey low, ref readonly TKey high)
    {
        _low = ref low;
        _high = ref high;
    }

    internal ref readonly TKey Low => ref _low;

    internal ref readonly TKey High => ref _high;

    internal bool IsFirst => Unsafe.IsNullRef(in _low);

    internal bool IsLast => Unsafe.IsNullRef(in _high);

    /// <summary>How many characters every key within the bounds begins with alike.</summary>
    internal int CommonLength => IsFirst || IsLast ? 0 : TKey.CommonLength(_low, _high);
}
