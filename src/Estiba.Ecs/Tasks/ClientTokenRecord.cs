using System.Security.Cryptography;
using Estiba.Contracts;

namespace Estiba.Ecs.Tasks;

/// <summary>Remembers what a request with a client token did, so that the same request again does it only once ("Ensuring idempotency").</summary>
public sealed record ClientTokenRecord
{
    /// <summary>How long a token counts.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    /// <summary>Its key in the store.</summary>
    public required string Key { get; init; }

    /// <summary>A digest of the request.</summary>
    public required string RequestHash { get; init; }

    /// <summary>The tasks that the request started.</summary>
    public required IReadOnlyList<string> TaskIds { get; init; }

    /// <summary>When that was.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    internal static ClientTokenRecord Of(ClusterRecord cluster, string operation, string token, IShape request, IEnumerable<TaskRecord> tasks, DateTimeOffset now) => new()
    {
        Key = KeyOf(cluster, operation, token),
        RequestHash = HashOf(request),
        TaskIds = [.. tasks.Select(task => task.Id)],
        CreatedAt = now,
    };

    internal static string KeyOf(ClusterRecord cluster, string operation, string token) => $"{cluster.Key}/{operation}/{token}";

    internal static string HashOf(IShape request) => Convert.ToHexStringLower(SHA256.HashData(ShapeJson.ToUtf8(request)));
}
