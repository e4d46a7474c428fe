namespace Estiba.Ecs.Clusters;

/// <summary>
/// What a cluster's status can be ("Cluster", API reference). The other two values belong to capacity that is set up
/// with the cluster.
/// </summary>
public static class ClusterStatus
{
    /// <summary>In use.</summary>
    public const string Active = "ACTIVE";

    /// <summary>Deleted; shown for a while.</summary>
    public const string Inactive = "INACTIVE";
}
