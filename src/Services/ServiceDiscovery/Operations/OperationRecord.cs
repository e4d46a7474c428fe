using Estiba.Contracts;
using Estiba.Contracts.ServiceDiscovery;

namespace Estiba.ServiceDiscovery.Operations;

/// <summary>What was asked for, and how it ended.</summary>
internal sealed record OperationRecord
{
    /// <summary>The account and region it belongs to.</summary>
    public required Scope Scope { get; init; }

    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>What is done, <c>CREATE_NAMESPACE</c> and so on.</summary>
    public required string Type { get; init; }

    /// <summary><c>PENDING</c>, then <c>SUCCESS</c> or <c>FAIL</c>.</summary>
    public required string Status { get; init; }

    /// <summary>When it was asked for.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When its status became what it is.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>The namespace, service and instance that it concerns, as far as it does.</summary>
    public required IReadOnlyDictionary<string, string> Targets { get; init; }

    /// <summary>The token of the request.</summary>
    public string? RequestId { get; init; }

    /// <summary>Why it failed, as a code.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>Why it failed, in words.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>Its key.</summary>
    public string Key => Scope.Key(Id);

    /// <summary>Whether it has not ended.</summary>
    public bool IsPending => Status == OperationStatus.Pending;
}
