using Estiba.LoadBalancing.HealthChecks;

namespace Estiba.LoadBalancing.Targets;

/// <summary>A target: who answers at a port, and how it is.</summary>
internal sealed record TargetRecord
{
    /// <summary>The account and region.</summary>
    public required Scope Scope { get; init; }

    /// <summary>What names its group: <c>NAME/ID</c>.</summary>
    public required string TargetGroup { get; init; }

    /// <summary>An instance, an address, or the ARN of an Application Load Balancer.</summary>
    public required string Id { get; init; }

    /// <summary>Where it gets requests.</summary>
    public required int Port { get; init; }

    /// <summary>The zone that it is shown with: that of an address, or <c>all</c>.</summary>
    public string? AvailabilityZone { get; init; }

    /// <summary>The zone that it is in; null when it may be in any.</summary>
    public string? Zone { get; init; }

    /// <summary>When it was registered.</summary>
    public required DateTimeOffset RegisteredAt { get; init; }

    /// <summary>When it was deregistered: from then on it gets no new connections.</summary>
    public DateTimeOffset? DeregisteredAt { get; init; }

    /// <summary>How it is.</summary>
    public required Health Health { get; init; }

    /// <summary>Where it answers, as last found out; null before that.</summary>
    public string? Address { get; init; }

    /// <summary>When it became healthy; null while it is not.</summary>
    public DateTimeOffset? HealthySince { get; init; }

    /// <summary>The key of its group.</summary>
    public string TargetGroupKey => Scope.Key(TargetGroup);

    /// <summary>Its key.</summary>
    public string Key => KeyOf(TargetGroupKey, Id, Port);

    /// <summary>The key of a target.</summary>
    internal static string KeyOf(string group, string id, int port) => $"{group}/{id}:{port}";
}
