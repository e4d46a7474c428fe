using Estiba.Identity.Authorization.Policies;

namespace Estiba.Identity.Authorization.Principals;

/// <summary>What a principal is ("AWS JSON policy elements: Principal").</summary>
internal enum PrincipalKind
{
    /// <summary>The account itself, which may do everything.</summary>
    Root,
    User,
    AssumedRole,
}

/// <summary>Who calls, as policies see it.</summary>
internal sealed record Principal
{
    private static readonly Dictionary<string, string> NoTags = new(StringComparer.OrdinalIgnoreCase);

    public required PrincipalKind Kind { get; init; }

    public required string AccountId { get; init; }

    /// <summary>The ARN that a refusal tells: of the account, the user or the role's session.</summary>
    public required string Arn { get; init; }

    /// <summary>The ARN of the user or the role itself (<c>aws:PrincipalArn</c>).</summary>
    public required string EntityArn { get; init; }

    /// <summary>The user's or role's unique id, with the session's name for a session (<c>aws:userid</c>).</summary>
    public required string UserId { get; init; }

    /// <summary>The user's name; null for every other principal.</summary>
    public string? UserName { get; init; }

    /// <summary>The tags of the user, or of the role and its session.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = NoTags;

    /// <summary>When its temporary credentials were made; null for a key that lasts.</summary>
    public DateTimeOffset? TokenIssued { get; init; }

    /// <summary>Whether its credentials come from GetSessionToken.</summary>
    public bool IsSessionOfKey { get; init; }

    /// <summary>Who is behind the session, as whoever began it said (<c>aws:SourceIdentity</c>).</summary>
    public string? SourceIdentity { get; init; }

    /// <summary>Keys of tags that the sessions have that it begins.</summary>
    public IReadOnlyList<string> TransitiveTagKeys { get; init; } = [];

    public required PrincipalPolicies Policies { get; init; }
}
