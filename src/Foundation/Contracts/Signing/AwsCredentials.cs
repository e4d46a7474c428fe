namespace Estiba.Contracts.Signing;

/// <summary>
/// An access key with its secret and, when it is temporary, the session token that must accompany it.
/// </summary>
/// <param name="AccessKeyId">The public half, such as <c>AKIAIOSFODNN7EXAMPLE</c>.</param>
/// <param name="SecretAccessKey">The secret half; never sent and never printed.</param>
/// <param name="SessionToken">The token of temporary credentials; null for long-term ones.</param>
public sealed record AwsCredentials(string AccessKeyId, string SecretAccessKey, string? SessionToken = null)
{
    /// <summary>The access key alone, so that no secret reaches a log.</summary>
    public override string ToString() => AccessKeyId;
}
