namespace Estiba.Contracts;

/// <summary>
/// Who calls, in which account and region. Everything that an operation touches belongs to that account and region.
/// </summary>
public sealed record CallContext
{
    /// <summary>The account, twelve digits.</summary>
    public required string AccountId { get; init; }

    /// <summary>The region, for example <c>eu-west-1</c>.</summary>
    public required string Region { get; init; }

    /// <summary>
    /// Who calls: the ARN of a user, a role session or the account's root; the name of a service where
    /// <see cref="Service"/> is set.
    /// </summary>
    public required string PrincipalArn { get; init; }

    /// <summary>The access key that signed the request.</summary>
    public required string AccessKeyId { get; init; }

    /// <summary>
    /// The only actions that the key is good for, as IAM names them; null for all that its principal may do.
    /// </summary>
    public IReadOnlySet<string>? Actions { get; init; }

    /// <summary>The request's id, for logs and answers.</summary>
    public required string RequestId { get; init; }

    /// <summary>
    /// A service of the platform that calls on its own, such as <c>ecs-tasks.amazonaws.com</c>; null for everybody who
    /// has credentials.
    /// </summary>
    public string? Service { get; init; }

    /// <summary>Whether the caller's key is good for an action.</summary>
    /// <param name="action">As IAM names it, for example <c>ecr:PutImage</c>.</param>
    public bool May(string action) => Actions is null || Actions.Contains(action);

    /// <summary>
    /// The resource for whose sake a service calls (<c>aws:SourceArn</c> in conditions); null for every other caller.
    /// </summary>
    public string? SourceArn { get; init; }

    /// <summary>How the request came in; null for a call within the platform.</summary>
    public CallOrigin? Origin { get; init; }
}
