using System.Collections;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.ContainerInstances;

/// <summary>The name of an attribute, with what it is looked up by.</summary>
internal readonly record struct AttributeName(string Name)
{
    internal int Hash { get; } = StringComparer.Ordinal.GetHashCode(Name);
}

/// <summary>
/// The attributes of a container instance in the order in which they were given, found by name without looking at the
/// others.
/// </summary>
/// <remarks>
/// An agent registers about sixty, and placement asks every instance for several, so they are looked up by hashes that
/// lie side by side.
/// </remarks>
internal sealed class AttributeSet : IReadOnlyList<EcsAttribute>
{
    internal static readonly AttributeSet Empty = new([]);

    private readonly EcsAttribute[] _given;
    private readonly int[] _hashes;
    private readonly EcsAttribute[] _byHash;

    private AttributeSet(EcsAttribute[] given)
    {
        _given = given;
        _byHash = [.. given.DistinctBy(attribute => attribute.Name)];
        _hashes = Array.ConvertAll(_byHash, attribute => new AttributeName(attribute.Name!).Hash);
        Array.Sort(_hashes, _byHash);
    }

    public int Count => _given.Length;

    public EcsAttribute this[int index] => _given[index];

    internal static AttributeSet Of(IReadOnlyList<EcsAttribute> attributes) =>
        attributes as AttributeSet ?? (attributes.Count == 0 ? Empty : new AttributeSet([.. attributes]));

    /// <summary>The attribute with the name; of several the first that was given; null when there is none.</summary>
    internal EcsAttribute? Find(AttributeName name)
    {
        var place = _hashes.AsSpan().BinarySearch(name.Hash);
        if (place < 0)
            return null;
        while (place > 0 && _hashes[place - 1] == name.Hash)
            place--;
        for (; place < _hashes.Length && _hashes[place] == name.Hash; place++)
            if (_byHash[place].Name == name.Name)
                return _byHash[place];
        return null;
    }

    public IEnumerator<EcsAttribute> GetEnumerator() => _given.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
