namespace Estiba.Console.Pages.LogGroups;

/// <summary>The streams of a log group.</summary>
/// <param name="Streams">Those that were written to last.</param>
public sealed record LogGroupView(IReadOnlyList<Cwl.LogStream> Streams);
