namespace Estiba.Contracts;

/// <summary>A constraint of a contract that a request breaks.</summary>
/// <param name="Path">Where in the request: <c>containerDefinitions.1.member.name</c>.</param>
/// <param name="Member">The last name of the path.</param>
/// <param name="Value">What is there; null for nothing.</param>
/// <param name="Constraint">What should be, in the service's words.</param>
/// <param name="Kind">What is wrong with it.</param>
internal sealed record ValidationFailure(
    string Path,
    string Member,
    object? Value,
    string Constraint,
    ValidationFailureKind Kind
)
{
    /// <summary>The values that are known, where it is none of them.</summary>
    internal IReadOnlyList<string> Allowed { get; init; } = [];

    /// <summary>What a sentence about an unknown value begins with; null for the member's words.</summary>
    internal string? Subject { get; init; }
}

/// <summary>What is wrong with a member.</summary>
internal enum ValidationFailureKind
{
    /// <summary>Its bounds or its pattern.</summary>
    Invalid,

    /// <summary>It is required, and not there.</summary>
    Missing,

    /// <summary>It is none of the values of its enumeration.</summary>
    Unknown,
}
