using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.CapacityProviders;

/// <summary>
/// A capacity provider of an account: where the hosts of a cluster come from. Its Auto Scaling group is scaled by
/// <c>ClusterAutoScaling</c>.
/// </summary>
public sealed record CapacityProviderRecord
{
    /// <summary>The account and region it belongs to.</summary>
    public required Scope Scope { get; init; }

    /// <summary>The provider as <c>DescribeCapacityProviders</c> shows it, all defaults filled in.</summary>
    public required CapacityProvider Provider { get; init; }

    /// <summary>Its tags.</summary>
    public IReadOnlyList<Tag> Tags { get; init; } = [];

    /// <summary>When it was deleted, if it was.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>Its name.</summary>
    public string Name => Provider.Name!;

    /// <summary>Whether clusters may use it.</summary>
    public bool IsActive => Provider.Status == CapacityProviderStatus.Active;

    /// <summary>Its key in the store.</summary>
    public string Key => KeyOf(Scope, Name);

    /// <summary>The key of a provider.</summary>
    public static string KeyOf(Scope scope, string name) => scope.Prefix + name;

    /// <summary>The ARN of a provider.</summary>
    public static string ArnOf(Scope scope, string name) => scope.Arn("capacity-provider/" + name);
}
