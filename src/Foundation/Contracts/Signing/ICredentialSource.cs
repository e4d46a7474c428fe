namespace Estiba.Contracts.Signing;

/// <summary>
/// Knows whose an access key is. The gateway asks it for every signed request, so it answers from memory.
/// </summary>
public interface ICredentialSource
{
    /// <summary>The credentials with this access key; null when nobody has it or it is inactive.</summary>
    Credential? Find(string accessKeyId);

    /// <summary>
    /// Hears that a request was signed with credentials that <see cref="Find"/> gave; it must not wait for anything.
    /// </summary>
    /// <param name="credential">The credentials.</param>
    /// <param name="service">The signing name of the service that was called.</param>
    /// <param name="region">The region that was called.</param>
    void Used(Credential credential, string service, string region) { }
}

/// <summary>An access key, the secret that proves it, and for whom it speaks.</summary>
public sealed record Credential
{
    /// <summary>The public half.</summary>
    public required string AccessKeyId { get; init; }

    /// <summary>The secret half.</summary>
    public required string SecretAccessKey { get; init; }

    /// <summary>The account, twelve digits.</summary>
    public required string AccountId { get; init; }

    /// <summary>The ARN of the user, role session or account that the key speaks for.</summary>
    public required string PrincipalArn { get; init; }

    /// <summary>The token that must accompany temporary credentials; null for long-term ones.</summary>
    public string? SessionToken { get; init; }

    /// <summary>When temporary credentials end; null for long-term ones.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>
    /// The only actions that they are good for, as IAM names them, for example <c>ecs:Poll</c>; null for all.
    /// </summary>
    public IReadOnlySet<string>? Actions { get; init; }

    /// <summary>The access key alone, so that no secret reaches a log.</summary>
    public override string ToString() => AccessKeyId;
}
