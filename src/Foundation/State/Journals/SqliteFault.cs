using Microsoft.Data.Sqlite;

namespace Estiba.State.Journals;

/// <summary>Says what SQLite's error means for the person who runs the platform.</summary>
internal static class SqliteFault
{
    internal static JournalException Explain(string what, Exception fault) =>
        new($"{what}: {fault.Message} {Advice(fault)}", fault);

    // The codes are SQLite's primary result codes ("Result and Error Codes").
    private static string Advice(Exception fault) =>
        (fault as SqliteException)?.SqliteErrorCode switch
        {
            5 => "Another program has the file open: close it and repeat the request.",
            13 => "Free some space on its disk and repeat the request; nothing has to be restarted.",
            10 => "Look at its disk and repeat the request.",
            11 or 26 => "The file is damaged: restore the data directory from a backup (estiba restore).",
            1 => "Something else has changed the file: restore the data directory from a backup (estiba restore).",
            _ => "Look at the directory's owner and mode, and whether its disk is writable.",
        };
}
