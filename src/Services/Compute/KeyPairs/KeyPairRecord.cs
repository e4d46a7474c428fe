namespace Estiba.Compute.KeyPairs;

/// <summary>A key pair: its public half only, as in EC2.</summary>
internal sealed record KeyPairRecord
{
    public required string AccountId { get; init; }

    public required string Region { get; init; }

    public required string KeyPairId { get; init; }

    public required string KeyName { get; init; }

    /// <summary><c>ed25519</c>; null for <c>rsa</c>.</summary>
    public string? KeyType { get; init; }

    public required string Fingerprint { get; init; }

    /// <summary>The public key as in an authorized_keys file.</summary>
    public required string PublicKey { get; init; }

    public required DateTimeOffset CreateTime { get; init; }
}
