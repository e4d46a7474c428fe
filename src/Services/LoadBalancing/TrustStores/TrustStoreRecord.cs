using Estiba.Contracts.ElbV2;
using Estiba.LoadBalancing.Names;

namespace Estiba.LoadBalancing.TrustStores;

/// <summary>
/// The authorities that clients' certificates must come from, as they were when S3 was asked for them.
/// </summary>
internal sealed record TrustStoreRecord
{
    public required Scope Scope { get; init; }

    public required string Name { get; init; }

    /// <summary>Sixteen hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>The certificates, in PEM.</summary>
    public required string Bundle { get; init; }

    public required int Certificates { get; init; }

    public IReadOnlyList<RevocationRecord> Revocations { get; init; } = [];

    /// <summary>The number of the next revocation.</summary>
    public long NextRevocation { get; init; } = 1;

    public IReadOnlyList<Tag> Tags { get; init; } = [];

    public long RevokedEntries => Revocations.Sum(revocation => revocation.Entries);

    public string Resource => $"{Name}/{Id}";

    public string Key => Scope.Key(Resource);

    public string Arn => ArnKinds.TrustStore.Arn(Scope, Resource);
}

/// <summary>A list of certificates that were taken back.</summary>
/// <param name="Id">Its number in its trust store.</param>
/// <param name="Content">The list, in PEM or DER, in base64.</param>
/// <param name="Entries">How many certificates it names.</param>
internal sealed record RevocationRecord(long Id, string Content, int Entries);
