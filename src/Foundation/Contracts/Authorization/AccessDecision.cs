namespace Estiba.Contracts;

/// <summary>Whether a caller may do what it asks for.</summary>
/// <param name="Refusal">Why it may not, in AWS's words; null when it may.</param>
public readonly record struct AccessDecision(string? Refusal)
{
    /// <summary>It may.</summary>
    public static AccessDecision Allowed { get; }

    /// <summary>Whether it may.</summary>
    public bool IsAllowed => Refusal is null;

    /// <summary>It may not ("Troubleshoot access denied error messages", IAM user guide).</summary>
    /// <param name="principalArn">Who asks.</param>
    /// <param name="action">As IAM names it.</param>
    /// <param name="resource">What it was asked of.</param>
    /// <param name="reason">Which kind of policy is the reason, as in <c>because no identity-based policy allows the
    /// ecs:Poll action</c>.</param>
    public static AccessDecision Refused(string principalArn, string action, string resource, string reason) =>
        new($"User: {principalArn} is not authorized to perform: {action} on resource: {resource} {reason}");

    /// <summary>It may not, because no policy of its own says that it may.</summary>
    /// <inheritdoc cref="Refused"/>
    public static AccessDecision NotGranted(string principalArn, string action, string resource) =>
        Refused(principalArn, action, resource, $"because no identity-based policy allows the {action} action");
}
