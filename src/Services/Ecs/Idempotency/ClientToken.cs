using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Clusters;
using Estiba.State;

namespace Estiba.Ecs.Idempotency;

/// <summary>
/// The client token of one request, if it has one. Tokens are a cluster's and an operation's: elsewhere the same token
/// is another.
/// </summary>
internal sealed class ClientToken(ClusterRecord cluster, string operation, string? token)
{
    private readonly string? _key = string.IsNullOrEmpty(token) ? null : $"{cluster.Key}/{operation}/{token}";

    /// <summary>Refuses a token that is too long or has other characters than visible ASCII.</summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>.</exception>
    internal static void Validate(string? token, int longest)
    {
        if (token?.Length > longest)
            throw EcsErrors.InvalidParameterException($"clientToken longer than {longest}.");
        if (token?.Any(character => character is < '!' or > '~') == true)
            throw EcsErrors.InvalidParameterException(
                "clientToken can only have ASCII characters in the range of 33-126."
            );
    }

    /// <summary>What an earlier request with the token made; null when there was none, or too long ago.</summary>
    internal ClientTokenRecord? Find(View view, DateTimeOffset now) =>
        _key is not null
        && view.Find(EcsTables.ClientTokens, _key) is { } earlier
        && now - earlier.CreatedAt <= ClientTokenRecord.Lifetime
            ? earlier
            : null;

    /// <summary>Remembers what the request makes; without effect when it has no token or makes nothing.</summary>
    internal void Remember(Transaction transaction, IShape request, IReadOnlyList<string> made, DateTimeOffset now)
    {
        if (_key is null || made.Count == 0)
            return;
        transaction.Put(
            EcsTables.ClientTokens,
            new ClientTokenRecord
            {
                Key = _key,
                RequestHash = ClientTokenRecord.HashOf(request),
                Made = made,
                CreatedAt = now,
            }
        );
    }
}
