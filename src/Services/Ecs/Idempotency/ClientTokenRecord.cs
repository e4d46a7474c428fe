using System.Security.Cryptography;
using System.Text.Json.Serialization;
using Estiba.Contracts;

namespace Estiba.Ecs.Idempotency;

/// <summary>
/// Remembers what a request with a client token made, so that the same request again makes it only once ("Ensuring
/// idempotency").
/// </summary>
public sealed record ClientTokenRecord
{
    /// <summary>How long a token counts at most.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>Its key in the store.</summary>
    public required string Key { get; init; }

    /// <summary>A digest of the request.</summary>
    public required string RequestHash { get; init; }

    /// <summary>
    /// What the request made: tasks or a task set by id, a service by name. The name in the store is older than the
    /// services.
    /// </summary>
    [JsonPropertyName("taskIds")]
    public required IReadOnlyList<string> Made { get; init; }

    /// <summary>When that was.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Whether the request is the one that the token was given with.</summary>
    internal bool IsOf(IShape request) => RequestHash == HashOf(request);

    internal static string HashOf(IShape request) =>
        Convert.ToHexStringLower(SHA256.HashData(ShapeJson.ToUtf8(request)));
}
