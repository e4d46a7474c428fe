namespace Estiba.Identity.Sessions;

/// <summary>Temporary credentials: only what a request with them is checked against and answered with.</summary>
internal sealed record SessionRecord
{
    public required string AccessKeyId { get; init; }

    /// <summary>
    /// Sealed, of a session that an earlier version made; others derive it from the key of the data directory.
    /// </summary>
    public string? SecretAccessKey { get; init; }

    /// <summary>As the secret.</summary>
    public string? SessionToken { get; init; }

    /// <summary>How many characters its token has at least, where that was asked for.</summary>
    public int? LeastTokenSize { get; init; }

    public required string AccountId { get; init; }

    public required string PrincipalArn { get; init; }

    /// <summary>What GetCallerIdentity tells: the role's id and the session's name, or the user's id.</summary>
    public required string UserId { get; init; }

    public required DateTimeOffset Expires { get; init; }

    /// <summary>When they were made; null for those of versions that did not write it down.</summary>
    public DateTimeOffset? IssuedAt { get; init; }

    /// <summary>The key that GetSessionToken was called with: it ends, and they do.</summary>
    public string? IssuerAccessKeyId { get; init; }

    /// <summary>The policy that a role's session was made with, as it was given.</summary>
    public string? Policy { get; init; }

    /// <summary>The managed policies that a role's session was made with.</summary>
    public IReadOnlyList<string>? PolicyArns { get; init; }

    /// <summary>The tags of the session, by their keys.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>Which of them the sessions have that are begun in it.</summary>
    public IReadOnlyList<string>? TransitiveTagKeys { get; init; }

    /// <summary>Who is behind it, as whoever began it said.</summary>
    public string? SourceIdentity { get; init; }

    /// <summary>Whether it is the session of an assumed role, not that of a user.</summary>
    public bool IsOfRole => RoleId is not null;

    /// <summary>The unique id of the role that was assumed; null for the session of a user.</summary>
    public string? RoleId => UserId.IndexOf(':', StringComparison.Ordinal) is > 0 and var end ? UserId[..end] : null;

    /// <summary>The index key by which sessions that are over are found.</summary>
    public string ExpiryOrder => OrderOf(Expires);

    public static string OrderOf(DateTimeOffset moment) => moment.ToUnixTimeSeconds().ToString("D12");
}
