using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Clusters;

/// <summary>A cluster: the place where services run and container instances register.</summary>
public sealed record ClusterRecord
{
    /// <summary>The account and region it belongs to.</summary>
    public required Scope Scope { get; init; }

    /// <summary>Its name, up to 255 letters, digits, underscores and hyphens.</summary>
    public required string Name { get; init; }

    /// <summary><c>ACTIVE</c>, or <c>INACTIVE</c> for a while after it was deleted.</summary>
    public required string Status { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was deleted, if it was.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>Execute-command and storage configuration, as given.</summary>
    public ClusterConfiguration? Configuration { get; init; }

    /// <summary>Settings such as <c>containerInsights</c>.</summary>
    public IReadOnlyList<ClusterSetting> Settings { get; init; } = [];

    /// <summary>The capacity providers associated with it.</summary>
    public IReadOnlyList<string> CapacityProviders { get; init; } = [];

    /// <summary>The strategy for tasks and services that name neither strategy nor launch type.</summary>
    public IReadOnlyList<CapacityProviderStrategyItem> DefaultCapacityProviderStrategy { get; init; } = [];

    /// <summary>The default namespace of Service Connect, as given.</summary>
    public ClusterServiceConnectDefaults? ServiceConnectDefaults { get; init; }

    /// <summary>Its tags.</summary>
    public IReadOnlyList<Tag> Tags { get; init; } = [];

    /// <summary>
    /// Its key in the store; the keys of its services, tasks and container instances begin with it and a slash.
    /// </summary>
    public string Key => KeyOf(Scope, Name);

    /// <summary>Its ARN.</summary>
    public string Arn => Scope.Arn($"cluster/{Name}");

    /// <summary>The key of a cluster.</summary>
    public static string KeyOf(Scope scope, string name) => scope.Prefix + name;
}
