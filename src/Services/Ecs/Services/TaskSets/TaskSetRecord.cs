using System.Text.Json.Serialization;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Services.Deployments;

namespace Estiba.Ecs.Services.TaskSets;

/// <summary>
/// A share of a service's tasks that somebody else deploys ("Amazon ECS external deployments", developer guide).
/// </summary>
public sealed record TaskSetRecord
{
    /// <summary>What its tasks are started by and from: its id, task definition and failures.</summary>
    public required DeploymentRecord Deployment { get; init; }

    /// <summary><c>PRIMARY</c>, <c>ACTIVE</c>, or <c>DRAINING</c> while its tasks are stopped before it goes.</summary>
    public required string Status { get; init; }

    /// <summary>How many percent of the service's desired count it has.</summary>
    public double Scale { get; init; }

    /// <summary>What the deployer calls it.</summary>
    public string? ExternalId { get; init; }

    /// <summary>
    /// The settings that are shown as they were given: everything of <c>TaskSet</c> that never changes.
    /// </summary>
    public required TaskSet Settings { get; init; }

    /// <summary>Whether exactly its tasks run, all of them healthy.</summary>
    public bool IsSteady { get; init; }

    /// <summary>When it last became steady or ceased to be.</summary>
    public required DateTimeOffset StabilityAt { get; init; }

    /// <summary>Its tags.</summary>
    public IReadOnlyList<Tag> Tags { get; init; } = [];

    /// <summary><c>ecs-svc/</c> and nineteen digits.</summary>
    [JsonIgnore]
    public string Id => Deployment.Id;

    /// <summary>Whether it takes the service's traffic.</summary>
    [JsonIgnore]
    public bool IsPrimary => Status == TaskSetStatus.Primary;

    /// <summary>How many tasks it is to have, rounded up.</summary>
    internal int DesiredOf(ServiceRecord service) =>
        Status == TaskSetStatus.Draining || service.Status != "ACTIVE"
            ? 0
            : (int)Math.Ceiling(service.DesiredCount * (decimal)Scale / 100m);
}
