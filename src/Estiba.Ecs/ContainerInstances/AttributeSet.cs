using System.Collections;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.ContainerInstances;

/// <summary>The attributes of a container instance in the order in which they were given, found by name without looking at the others.</summary>
/// <remarks>An agent registers about sixty, and placement asks every instance for several.</remarks>
internal sealed class AttributeSet : IReadOnlyList<EcsAttribute>
{
    internal static readonly AttributeSet Empty = new([]);

    private readonly EcsAttribute[] _given;
    private readonly EcsAttribute[] _byName;

    private AttributeSet(EcsAttribute[] given)
    {
        _given = given;
        _byName = [.. given.OrderBy(attribute => attribute.Name, StringComparer.Ordinal).DistinctBy(attribute => attribute.Name)];
    }

    public int Count => _given.Length;

    public EcsAttribute this[int index] => _given[index];

    internal static AttributeSet Of(IReadOnlyList<EcsAttribute> attributes) => attributes as AttributeSet ?? (attributes.Count == 0 ? Empty : new AttributeSet([.. attributes]));

    /// <summary>The attribute with the name; of several the first that was given; null when there is none.</summary>
    internal EcsAttribute? Find(string name)
    {
        int low = 0, high = _byName.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            var order = string.CompareOrdinal(_byName[middle].Name, name);
            if (order == 0) return _byName[middle];
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }

        return null;
    }

    public IEnumerator<EcsAttribute> GetEnumerator() => _given.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
