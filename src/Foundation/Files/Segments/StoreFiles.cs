using Microsoft.Extensions.Logging;

namespace Estiba.Files.Segments;

/// <summary>
/// What everything that handles the store's files has in common: which there must be, and where damage is told.
/// </summary>
/// <param name="Kind">What is in the files.</param>
/// <param name="Store">Has the segments.</param>
/// <param name="Catalog">Which files there must be.</param>
/// <param name="Damage">Hears of what is damaged or missing.</param>
/// <param name="Logger">Hears of the rest.</param>
internal sealed record StoreFiles(
    RecordKind Kind,
    IFileStore Store,
    FileCatalog Catalog,
    Damage Damage,
    ILogger? Logger
);
