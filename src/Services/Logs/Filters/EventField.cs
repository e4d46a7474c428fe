namespace Estiba.Logs.Filters;

/// <summary>Takes one field of a message.</summary>
/// <returns>Its text; null when the message has no such field, or when that is no single value.</returns>
internal delegate string? EventField(ReadOnlySpan<byte> message);
