namespace Estiba.Files;

/// <summary>One thing that a check of a data directory found.</summary>
/// <param name="Sentence">What it is, and what to do.</param>
/// <param name="IsNote">Nothing is wrong: it is good to know.</param>
public sealed record Finding(string Sentence, bool IsNote = false);
