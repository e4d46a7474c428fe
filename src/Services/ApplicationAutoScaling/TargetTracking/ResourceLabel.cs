namespace Estiba.ApplicationAutoScaling.TargetTracking;

/// <summary>Which requests are counted:
/// <c>app/NAME/ID/targetgroup/NAME/ID</c>, the ends of the ARNs of a load balancer and a target group.</summary>
/// <param name="LoadBalancer">As CloudWatch's dimension has it: <c>app/NAME/ID</c>.</param>
/// <param name="TargetGroup">Likewise: <c>targetgroup/NAME/ID</c>.</param>
internal sealed record ResourceLabel(string LoadBalancer, string TargetGroup)
{
    /// <summary>Reads a label; null where it is none.</summary>
    internal static ResourceLabel? TryParse(string text) =>
        text.Split('/')
            is [
                "app",
                { Length: > 0 } name,
                { Length: > 0 } id,
                "targetgroup",
                { Length: > 0 } group,
                { Length: > 0 } groupId,
            ]
            ? new ResourceLabel($"app/{name}/{id}", $"targetgroup/{group}/{groupId}")
            : null;
}
