namespace Estiba.Ecs;

/// <summary>
/// A text that follows from the other members of a record, kept so that it is not made again: every change of a task
/// asks for half a dozen. Copies of the record have it, too, and it does not count when records are compared.
/// </summary>
internal struct DerivedText : IEquatable<DerivedText>
{
    /// <summary>The text; null when it is not kept.</summary>
    internal string? Text { get; set; }

    public readonly bool Equals(DerivedText other) => true;

    public override readonly bool Equals(object? obj) => obj is DerivedText;

    public override readonly int GetHashCode() => 0;
}
