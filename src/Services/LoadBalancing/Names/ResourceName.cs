namespace Estiba.LoadBalancing.Names;

/// <summary>
/// The names that customers give ("CreateLoadBalancer", "CreateTargetGroup"): up to 32 letters, digits and hyphens,
/// that neither begin nor end with a hyphen.
/// </summary>
internal static class ResourceName
{
    private const int Longest = 32;
    private const string Internal = "internal-";

    /// <summary>Checks the name of a load balancer.</summary>
    internal static void CheckLoadBalancer(string name)
    {
        Check("The load balancer name", name);
        if (name.StartsWith(Internal, StringComparison.Ordinal))
            throw ElbErrors.ValidationError($"The load balancer name '{name}' cannot begin with '{Internal}'");
    }

    /// <summary>Checks the name of a target group.</summary>
    internal static void CheckTargetGroup(string name)
    {
        Check("Target group name", name);
        if (name.Contains("--", StringComparison.Ordinal))
            throw ElbErrors.ValidationError($"Target group name '{name}' cannot contain consecutive hyphens(-)");
    }

    private static void Check(string what, string name)
    {
        if (name.Length > Longest)
            throw ElbErrors.ValidationError($"{what} '{name}' cannot be longer than '{Longest}' characters");
        if (name.Length == 0 || !name.All(each => char.IsAsciiLetterOrDigit(each) || each == '-'))
            throw ElbErrors.ValidationError(
                $"{what} '{name}' can only contain characters that are alphanumeric characters or hyphens(-)"
            );
        if (name[0] == '-' || name[^1] == '-')
            throw ElbErrors.ValidationError($"{what} '{name}' cannot begin or end with a hyphen(-)");
    }
}
