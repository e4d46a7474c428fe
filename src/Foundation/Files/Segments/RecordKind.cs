namespace Estiba.Files.Segments;

/// <summary>What is kept in a store: how its files and records are named to people, and how it is counted.</summary>
/// <param name="Name">Names the files: a "log" journal, a "log" segment.</param>
/// <param name="Records">Names the records, many of them: "events".</param>
/// <param name="OverheadBytes">What is counted for a record beside the bytes of its payload, wherever sizes are
/// counted.</param>
public sealed record RecordKind(string Name, string Records, int OverheadBytes = 0)
{
    internal string Journal => Name + " journal";

    internal string Segment => Name + " segment";
}
