namespace Estiba.Identity.Authorization.Policies;

/// <summary>The policies that count for a principal.</summary>
/// <param name="Identity">Those that are attached to it or inside of it, or in a group that it is in. All that it may
/// do is in them.</param>
/// <param name="Boundary">What they may give at most; null for no permissions boundary.</param>
/// <param name="Session">What its session was made with; null for a session without policies, and for none.</param>
internal sealed record PrincipalPolicies(PolicySet Identity, PolicySet? Boundary = null, PolicySet? Session = null)
{
    /// <summary>Whether one of them asks for tags of resources.</summary>
    public bool AskForTags => Identity.AsksForTags || Boundary?.AsksForTags == true || Session?.AsksForTags == true;

    /// <summary>
    /// Decides ("Policy evaluation logic", IAM user guide): what any policy denies is refused; the rest must be allowed
    /// by the identity's own policies, by its boundary
    /// and by its session's.
    /// </summary>
    /// <returns>Why it is refused, as AWS words it; null when it is not.</returns>
    public string? Refusal(AccessRequest request)
    {
        if (Denial(request) is { } denial)
            return denial;
        if (!Identity.Allows(request))
            return $"because no identity-based policy allows the {request.Action} action";
        return Limit(request);
    }

    /// <summary>Why a policy denies it; null when none does.</summary>
    public string? Denial(AccessRequest request)
    {
        if (Identity.Denies(request))
            return "with an explicit deny in an identity-based policy";
        if (Boundary?.Denies(request) == true)
            return "with an explicit deny in a permissions boundary";
        return Session?.Denies(request) == true ? "with an explicit deny in a session policy" : null;
    }

    /// <summary>Why it is beyond what the boundary and the session allow; null when it is not.</summary>
    public string? Limit(AccessRequest request)
    {
        if (Boundary?.Allows(request) == false)
            return $"because no permissions boundary allows the {request.Action} action";
        return Session?.Allows(request) == false
            ? $"because no session policy allows the {request.Action} action"
            : null;
    }
}
