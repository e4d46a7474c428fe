using Estiba.Contracts;

namespace Estiba.ApplicationAutoScaling.ScalableTargets;

/// <summary>A service of ECS that may be scaled, and within which bounds.</summary>
internal sealed record ScalableTargetRecord
{
    /// <summary>The account and region it belongs to.</summary>
    public required Scope Scope { get; init; }

    /// <summary>The service: <c>service/cluster/name</c>.</summary>
    public required string ResourceId { get; init; }

    /// <summary>A UUID, in its ARN and in those of its policies and scheduled actions.</summary>
    public required string Id { get; init; }

    /// <summary>The least number of tasks.</summary>
    public required int MinCapacity { get; init; }

    /// <summary>The largest number of tasks.</summary>
    public required int MaxCapacity { get; init; }

    /// <summary>What somebody has suspended.</summary>
    public Suspensions Suspended { get; init; } = new(false, false, false);

    /// <summary>When it was registered first.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Its tags.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether its bounds have changed, and nobody has looked yet whether the service is within
    /// them.</summary>
    public bool HasNewBounds { get; init; }

    /// <summary>Its key.</summary>
    public string Key => KeyOf(Scope, ResourceId);

    /// <summary>What the keys of all that belongs to it begin with.</summary>
    public string Prefix => Key + "/";

    /// <summary>Its ARN; the id in it begins with what AWS's of ECS begin with.</summary>
    public string Arn =>
        new Arn("application-autoscaling", Scope.Region, Scope.AccountId, $"scalable-target/{ArnId(Id)}").ToString();

    /// <summary>The name of the cluster.</summary>
    public string Cluster => ResourceId.Split('/')[1];

    /// <summary>The name of the service.</summary>
    public string Service => ResourceId.Split('/')[2];

    /// <summary>The key of a target.</summary>
    public static string KeyOf(Scope scope, string resourceId) => scope.Key("ecs/" + resourceId);

    /// <summary>What follows <c>scalable-target/</c> in the ARN.</summary>
    public static string ArnId(string id) => "0ec5" + id.Replace("-", "", StringComparison.Ordinal);
}

/// <summary>What somebody has suspended ("Suspend and resume scaling", user guide).</summary>
/// <param name="DynamicScalingIn">That policies scale in.</param>
/// <param name="DynamicScalingOut">That policies scale out.</param>
/// <param name="Scheduled">Scheduled actions.</param>
internal sealed record Suspensions(bool DynamicScalingIn, bool DynamicScalingOut, bool Scheduled);
