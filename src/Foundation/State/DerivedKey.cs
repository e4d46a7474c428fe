namespace Estiba.State;

/// <summary>The key that an index or an aggregate has for a record.</summary>
/// <param name="part">What of a record decides the key; null for a record that has none.</param>
/// <param name="whole">The key of a record with its part. For records with the same primary key it depends on the part
/// alone.</param>
internal sealed class DerivedKey<TRecord>(Func<TRecord, string?> part, Func<TRecord, string, string> whole)
    where TRecord : class
{
    /// <summary>
    /// Whether a record and the one that takes its place have the same key; found out without making it.
    /// </summary>
    internal bool IsSame(TRecord? before, TRecord? after) => PartOf(before) == PartOf(after);

    internal string? Of(TRecord? record) => PartOf(record) is { } decisive ? whole(record!, decisive) : null;

    private string? PartOf(TRecord? record) => record is null ? null : part(record);
}
