namespace Estiba.Contracts;

/// <summary>The wire protocol of a service ("protocol" in its description).</summary>
public enum ProtocolKind
{
    /// <summary>AWS JSON 1.0 or 1.1: the operation is named by <c>X-Amz-Target</c>.</summary>
    Json,

    /// <summary>A form body, answered in XML.</summary>
    Query,

    /// <summary>EC2's dialect of the query protocol.</summary>
    Ec2,
}

/// <summary>The facts of a service that its protocol needs.</summary>
public sealed record ServiceModel
{
    /// <summary>The name in lower case, as in contracts and ARNs: <c>ecs</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The name people know: <c>ECS</c>.</summary>
    public required string ServiceId { get; init; }

    /// <summary>The name in a credential scope.</summary>
    public required string SigningName { get; init; }

    /// <summary>The version of the API, a date.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>The wire protocol.</summary>
    public required ProtocolKind Protocol { get; init; }

    /// <summary>What stands before the dot in <c>X-Amz-Target</c>; JSON only.</summary>
    public string? TargetPrefix { get; init; }

    /// <summary>The XML namespace of answers; query and EC2 only.</summary>
    public string? XmlNamespace { get; init; }

    /// <summary>How the service words a request that breaks its contract; see <see cref="ShapeValidator"/>.</summary>
    public required string Validation { get; init; }
}

/// <summary>The facts of an operation.</summary>
/// <param name="Name">Its name, for example <c>CreateCluster</c>.</param>
/// <param name="ResultWrapper">The element around a query answer's members.</param>
/// <param name="Anonymous">Whether it is called without a signature.</param>
/// <param name="HasOutput">Whether the contract has a structure for its answer; without one, each protocol says "done" in its own way.</param>
public sealed record OperationModel(string Name, string? ResultWrapper, bool Anonymous, bool HasOutput);
