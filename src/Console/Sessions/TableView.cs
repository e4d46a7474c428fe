namespace Estiba.Console.Sessions;

/// <summary>How somebody looks at a table.</summary>
/// <param name="Search">What rows contain.</param>
/// <param name="SortedBy">The title of the column that it is sorted by; null for the order it came in.</param>
/// <param name="IsDescending">Whether the last comes first.</param>
/// <param name="Hidden">The titles of columns that are not shown.</param>
internal sealed record TableView(
    string Search = "",
    string? SortedBy = null,
    bool IsDescending = false,
    IReadOnlySet<string>? Hidden = null
);
