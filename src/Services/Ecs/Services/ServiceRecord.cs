using System.Text.Json;
using System.Text.Json.Serialization;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Clusters;
using Estiba.Ecs.ServiceConnect;
using Estiba.Ecs.Services.Deployments;
using Estiba.Ecs.Tasks;

namespace Estiba.Ecs.Services;

/// <summary>
/// A service as its customers want it: a number of tasks, and the settings that they run with. What has become of that
/// is a record of the deployment controller's own (<see cref="ServiceRolloutRecord"/>).
/// </summary>
public sealed record ServiceRecord
{
    /// <summary>The account and region it belongs to.</summary>
    public required Scope Scope { get; init; }

    /// <summary>The name of its cluster.</summary>
    public required string Cluster { get; init; }

    /// <summary>Its name, unique among the cluster's services that are not inactive.</summary>
    public required string Name { get; init; }

    /// <summary><c>ACTIVE</c>, <c>DRAINING</c>, or <c>INACTIVE</c> for a while after it was deleted.</summary>
    public required string Status { get; init; }

    /// <summary>How many tasks there should be; of a daemon, how many instances are to have one.</summary>
    public required int DesiredCount { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who created it.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>
    /// The settings that are shown as they were given or defaulted: everything of <c>Service</c> that no reconciler
    /// changes.
    /// </summary>
    public required Service Settings { get; init; }

    /// <summary>What it is in a namespace of Service Connect; null where nobody has said anything.</summary>
    public ServiceConnectSettings? ServiceConnect { get; init; }

    /// <summary>When it was deleted, if it was.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>Its tags.</summary>
    public IReadOnlyList<Tag> Tags { get; init; } = [];

    /// <summary>
    /// Members that this version does not know: an older one kept the rollout in this row, too. Null once
    /// <see cref="ServiceMigration"/> has taken them apart.
    /// </summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? FormerMembers { get; set; }

    /// <summary>Its key in the store.</summary>
    public string Key => KeyOf(Scope, Cluster, Name);

    /// <summary>The key of its cluster.</summary>
    public string ClusterKey => ClusterRecord.KeyOf(Scope, Cluster);

    /// <summary>Its ARN.</summary>
    public string Arn => Scope.Arn($"service/{Cluster}/{Name}");

    /// <summary>The namespace of Service Connect that it is in, by its ARN; null for none, or none any more.</summary>
    public string? LiveNamespace => Status == ServiceStatus.Inactive ? null : ServiceConnect?.Namespace;

    /// <summary>Whether somebody else deploys it, by task sets.</summary>
    public bool IsExternal => Settings.DeploymentController?.Type == DeploymentControllerType.External;

    /// <summary>Whether it runs one task on every container instance that it may be on.</summary>
    public bool IsDaemon => Settings.SchedulingStrategy == SchedulingStrategy.Daemon;

    /// <summary>Whether a task of it fails its health checks and its grace period is over.</summary>
    public bool IsFailing(TaskRecord task, DateTimeOffset now) => task.IsUnhealthy && !(GracePeriodEnd(task) > now);

    /// <summary>
    /// Until when failed health checks of a task of it do not count; null for a task that has not started.
    /// </summary>
    public DateTimeOffset? GracePeriodEnd(TaskRecord task) =>
        task.StartedAt?.AddSeconds(Settings.HealthCheckGracePeriodSeconds ?? 0);

    /// <summary>The key of a service.</summary>
    public static string KeyOf(Scope scope, string cluster, string name) =>
        $"{ClusterRecord.KeyOf(scope, cluster)}/{name}";
}
