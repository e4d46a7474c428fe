using System.Collections.Frozen;

namespace Estiba.State;

/// <summary>The tables of one store and their places in its snapshots.</summary>
internal sealed class Catalog
{
    private readonly FrozenDictionary<Table, int> _places;

    /// <exception cref="ArgumentException">A table is there twice, or two have the same name.</exception>
    internal Catalog(IReadOnlyList<Table> tables)
    {
        if (tables.GroupBy(table => table.Name).FirstOrDefault(group => group.Skip(1).Any()) is { } twice)
            throw new ArgumentException($"Two tables are called '{twice.Key}'.", nameof(tables));

        Tables = [.. tables];
        _places = Tables.Select((table, place) => KeyValuePair.Create(table, place)).ToFrozenDictionary();
    }

    internal IReadOnlyList<Table> Tables { get; }

    internal int PlaceOf(Table table) =>
        _places.TryGetValue(table, out var place)
            ? place
            : throw new InvalidOperationException(
                $"The table '{table.Name}' is not in this store: pass it to Store.OpenAsync."
            );
}
