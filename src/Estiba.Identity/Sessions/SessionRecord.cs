namespace Estiba.Identity.Sessions;

/// <summary>Temporary credentials: only what a request with them is checked against and answered with.</summary>
internal sealed record SessionRecord
{
    public required string AccessKeyId { get; init; }

    public required string SecretAccessKey { get; init; }

    public required string SessionToken { get; init; }

    public required string AccountId { get; init; }

    public required string PrincipalArn { get; init; }

    /// <summary>What GetCallerIdentity tells: the role's id and the session's name, or the user's id.</summary>
    public required string UserId { get; init; }

    public required DateTimeOffset Expires { get; init; }

    /// <summary>Whether it is the session of an assumed role, not that of a user.</summary>
    public bool IsOfRole => PrincipalArn.StartsWith("arn:aws:sts:", StringComparison.Ordinal);

    /// <summary>The index key by which sessions that are over are found.</summary>
    public string ExpiryOrder => OrderOf(Expires);

    public static string OrderOf(DateTimeOffset moment) => moment.ToUnixTimeSeconds().ToString("D12");
}
