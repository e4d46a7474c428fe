using System.Security.Cryptography;
using Estiba.Contracts;
using Estiba.Contracts.Signing;
using Estiba.Files;

namespace Estiba.Ecr;

/// <summary>Where the registry keeps its files, under which address it is reached, and its limits.</summary>
public sealed record EcrOptions
{
    /// <summary>The platform's data directory; everything of this room is under <c>registry/</c> in it.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>
    /// The address at which clients reach the gateway, as in <c>http://localhost:4566</c>. Host and port are the
    /// beginning of every repository's URI.
    /// </summary>
    public required Uri Endpoint { get; init; }

    /// <summary>
    /// What tokens are signed with, 32 bytes; a token is good as long as this stays the same. By default they end with
    /// the process.
    /// </summary>
    public ReadOnlyMemory<byte> TokenKey { get; init; } = RandomNumberGenerator.GetBytes(32);

    /// <summary>Hears of damaged and missing blobs; null has them logged.</summary>
    public Damage? Damage { get; init; }

    /// <summary>Opens also where all blobs are gone that the state names.</summary>
    public bool AcceptsLoss { get; init; }

    /// <summary>Decides what whoever has logged in may do; null to let everybody do everything.</summary>
    public IAuthorizer? Authorizer { get; init; }

    /// <summary>
    /// Knows whose keys are still good, and with them the tokens that were asked for with them; null to ask nobody.
    /// </summary>
    public ICredentialSource? Credentials { get; init; }

    /// <summary>How long a token from GetAuthorizationToken is good: 12 hours, as ECR's.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromHours(12);

    /// <summary>How long a URL from GetDownloadUrlForLayer is good.</summary>
    public TimeSpan DownloadUrlLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How long a layer that no image of its repository uses is kept: a push that has uploaded it has this long to send
    /// its manifest.
    /// </summary>
    public TimeSpan UnusedLayerRetention { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long an upload may rest before it is given up.</summary>
    public TimeSpan UploadRetention { get; init; } = TimeSpan.FromHours(24);

    /// <summary>
    /// How long a client may send nothing in the middle of a layer before its connection is given up; the upload waits
    /// for it as <see cref="UploadRetention"/> says.
    /// </summary>
    public TimeSpan UploadPatience { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How often unused layers and abandoned uploads are looked for.</summary>
    public TimeSpan SweepInterval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How many uploads may be under way at a time.</summary>
    public int MaximumUploads { get; init; } = 10_000;
}
