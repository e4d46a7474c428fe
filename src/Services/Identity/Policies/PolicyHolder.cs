namespace Estiba.Identity.Policies;

/// <summary>
/// A kind of entity that policies are put into and attached to, with what IAM allows it ("IAM and AWS STS quotas").
/// </summary>
/// <param name="Name">As messages call it.</param>
/// <param name="InlineSize">The most characters of all its inline policies together, white space not counted.</param>
/// <param name="AttachedQuota">What the quota of attached policies is called.</param>
internal sealed record PolicyHolder(string Name, int InlineSize, string AttachedQuota)
{
    public static readonly PolicyHolder User = new("user", 2048, "PoliciesPerUser");
    public static readonly PolicyHolder Group = new("group", 5120, "PoliciesPerGroup");
    public static readonly PolicyHolder Role = new("role", 10240, "PoliciesPerRole");
}
