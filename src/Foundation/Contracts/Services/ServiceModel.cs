using Estiba.Contracts.Protocols;
using Estiba.Contracts.Rest;
using Estiba.Contracts.Signing;

namespace Estiba.Contracts;

/// <summary>The facts of a service that its protocols need.</summary>
public sealed record ServiceModel
{
    private readonly Lazy<RouteTable> _routes;

    /// <summary>Facts that the generator writes from a contract.</summary>
    public ServiceModel() => _routes = new(() => new RouteTable(Operations!.All));

    /// <summary>The name in lower case, as in contracts and ARNs: <c>ecs</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The name people know: <c>ECS</c>.</summary>
    public required string ServiceId { get; init; }

    /// <summary>The name in a credential scope.</summary>
    public required string SigningName { get; init; }

    /// <summary>What its actions begin with in policies: the name in its credential scope, or another.</summary>
    public string ActionPrefix => ServiceTraits.Of(SigningName).ActionPrefix ?? SigningName;

    /// <summary>The version of the API, a date.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>The wire protocols, the one first that clients should prefer.</summary>
    public required IReadOnlyList<Protocol> Protocols { get; init; }

    /// <summary>What stands before the dot in <c>X-Amz-Target</c>; also the service's name in CBOR's paths.</summary>
    public string? TargetPrefix { get; init; }

    /// <summary>The XML namespace of answers.</summary>
    public string? XmlNamespace { get; init; }

    /// <summary>How the service words a request that breaks its contract; see <see cref="ShapeValidator"/>.</summary>
    public required string Validation { get; init; }

    /// <summary>How large a request may be, in bytes, where that is not the usual.</summary>
    public int? LargestRequestBytes { get; init; }

    /// <summary>
    /// Whether it spoke the query protocol once, so that its other protocols tell the code of then in a header.
    /// </summary>
    public bool IsQueryCompatible { get; init; }

    /// <summary>
    /// The member of requests that is the URL of a resource, to which they may be sent; null where there is none.
    /// </summary>
    public string? ResourceUrl { get; init; }

    /// <summary>The label of the path that clients may put in front of the host's name; null for none.</summary>
    public string? HostLabel { get; init; }

    /// <summary>Every operation that AWS has.</summary>
    public required OperationTable Operations { get; init; }

    /// <summary>The operations by method and path, for protocols that name them so.</summary>
    internal RouteTable Routes => _routes.Value;
}

/// <summary>The facts of an operation.</summary>
/// <param name="Name">Its name, for example <c>CreateCluster</c>.</param>
/// <param name="ResultWrapper">The element around a query answer's members.</param>
/// <param name="Anonymous">Whether it is called without a signature.</param>
/// <param name="HasOutput">Whether the contract has a structure for its answer; without one, each protocol says "done"
/// in its own way.</param>
public sealed record OperationModel(string Name, string? ResultWrapper, bool Anonymous, bool HasOutput)
{
    /// <summary>The HTTP method.</summary>
    public string Method { get; init; } = "POST";

    /// <summary>The path with its labels, and the query that belongs to it.</summary>
    public string Uri { get; init; } = "/";

    /// <summary>The status of an answer.</summary>
    public int Status { get; init; } = 200;

    /// <summary>What clients put in front of the host's name; null for nothing.</summary>
    public string? HostPrefix { get; init; }

    /// <summary>
    /// The element around the members of a request in XML, where it is not called as their structure.
    /// </summary>
    public string? InputElement { get; init; }

    /// <summary>The namespace of that element.</summary>
    public string? InputNamespace { get; init; }

    /// <summary>
    /// What the query (<c>?name</c>) and the headers of a request must have; only of operations in the table of all.
    /// </summary>
    internal IReadOnlyList<string> Required { get; init; } = [];

    /// <summary>Whether the body of a request is passed on while it comes.</summary>
    public bool StreamsRequest { get; init; }
}
