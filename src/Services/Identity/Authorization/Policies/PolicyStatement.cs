using Estiba.Identity.Authorization.Conditions;

namespace Estiba.Identity.Authorization.Policies;

/// <summary>One statement of a policy ("IAM JSON policy elements: Statement").</summary>
internal sealed record PolicyStatement
{
    public required bool Allows { get; init; }

    /// <summary>What it is about: <c>Action</c> or, the other way round, <c>NotAction</c>.</summary>
    public required Element<PolicyText> Actions { get; init; }

    /// <summary><c>Resource</c> or <c>NotResource</c>; null in a policy that is attached to its resource.</summary>
    public Element<PolicyText>? Resources { get; init; }

    /// <summary><c>Principal</c> or <c>NotPrincipal</c>; null in a policy that is attached to its principal.</summary>
    public Element<PolicyPrincipal>? Principals { get; init; }

    public required IReadOnlyList<Condition> Conditions { get; init; }

    /// <summary>Whether it speaks of an action. Actions have neither variables nor upper and lower case.</summary>
    public bool Concerns(string action) => Actions.Applies(pattern => pattern.IsLike(action, NoKeys.Instance));

    /// <summary>
    /// Whether it speaks of a resource under one of the names that the resource has, and its conditions hold.
    /// </summary>
    public bool Holds(IReadOnlyList<string> names, IConditionKeys keys) => IsAbout(names, keys) && ConditionsHold(keys);

    /// <summary>
    /// Whether all of its conditions hold. One that nobody understands closes the door: it never allows, and always
    /// denies.
    /// </summary>
    public bool ConditionsHold(IConditionKeys keys)
    {
        foreach (var condition in Conditions)
        {
            if (condition.IsKnown ? !condition.Holds(keys) : Allows)
                return false;
        }

        return true;
    }

    private bool IsAbout(IReadOnlyList<string> names, IConditionKeys keys)
    {
        if (Resources is null)
            return true;
        foreach (var pattern in Resources.Items)
        {
            for (var i = 0; i < names.Count; i++)
                if (pattern.IsLike(names[i], keys))
                    return !Resources.IsNegated;
        }

        return Resources.IsNegated;
    }

    private sealed class NoKeys : IConditionKeys
    {
        public static readonly NoKeys Instance = new();

        public IReadOnlyList<string>? ValuesOf(string key) => null;
    }
}

/// <summary>What a statement lists in one of its elements, or in the opposite of it.</summary>
internal sealed record Element<T>(IReadOnlyList<T> Items, bool IsNegated)
{
    public bool Applies(Func<T, bool> fits) => Items.Any(fits) != IsNegated;
}

/// <summary>A principal as a policy names it.</summary>
/// <param name="Kind"><c>AWS</c>, <c>Service</c>, <c>Federated</c> or <c>CanonicalUser</c>.</param>
/// <param name="Name">Its ARN, account, id or domain; <c>*</c> for everybody.</param>
internal sealed record PolicyPrincipal(string Kind, string Name);
