using Estiba.Contracts;

namespace Estiba.Messaging.Moves;

/// <summary>That the messages of a dead-letter queue are to be moved back, or elsewhere.</summary>
internal sealed record MoveRecord
{
    /// <summary>The account and region it belongs to.</summary>
    public required Scope Scope { get; init; }

    /// <summary>A UUID.</summary>
    public required string Id { get; init; }

    /// <summary>The dead-letter queue.</summary>
    public required string SourceArn { get; init; }

    /// <summary>Where to; null for where each message came from.</summary>
    public string? DestinationArn { get; init; }

    /// <summary>How fast; null for as fast as it goes.</summary>
    public int? MostPerSecond { get; init; }

    /// <summary>One of <see cref="MoveStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>Up to which message there were some then.</summary>
    public required long Last { get; init; }

    /// <summary>How many there were then.</summary>
    public long ToMove { get; init; }

    /// <summary>How many were moved.</summary>
    public long Moved { get; init; }

    /// <summary>Why it failed.</summary>
    public string? FailureReason { get; init; }

    /// <summary>Its key.</summary>
    public string Key => Scope.Key(Id);
}

/// <summary>What becomes of a move ("ListMessageMoveTasksResultEntry", API reference).</summary>
internal static class MoveStatus
{
    internal const string Running = "RUNNING";
    internal const string Completed = "COMPLETED";
    internal const string Cancelling = "CANCELLING";
    internal const string Cancelled = "CANCELLED";
    internal const string Failed = "FAILED";
}
