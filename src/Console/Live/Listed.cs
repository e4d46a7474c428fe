namespace Estiba.Console.Live;

/// <summary>A page of a list.</summary>
/// <typeparam name="T">What is listed.</typeparam>
/// <param name="Items">What is on it.</param>
/// <param name="Next">What the next page comes after; null on the last.</param>
public sealed record Listed<T>(IReadOnlyList<T> Items, string? Next);
