using System.Text.Json;

namespace Estiba.Identity.Roles;

/// <summary>The roles that belong to an AWS service and are named by it ("Create a service-linked role").</summary>
internal static class ServiceLinkedRole
{
    public const string PathPrefix = "/aws-service-role/";

    private const string NamePrefix = "AWSServiceRoleFor";

    // Where a service's role is not simply called after the service.
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["autoscaling.amazonaws.com"] = "AutoScaling",
        ["ecr.amazonaws.com"] = "ECR",
        ["ecs.amazonaws.com"] = "ECS",
        ["ecs.application-autoscaling.amazonaws.com"] = "ApplicationAutoScaling_ECSService",
        ["elasticloadbalancing.amazonaws.com"] = "ElasticLoadBalancing",
        ["pullthroughcache.ecr.amazonaws.com"] = "ECRPullThroughCache",
        ["replication.ecr.amazonaws.com"] = "ECRReplication",
        ["spot.amazonaws.com"] = "EC2Spot",
    };

    /// <summary>The role's name; null for a name that is no service's.</summary>
    public static string? NameOf(string service, string? suffix)
    {
        if (!service.EndsWith(".amazonaws.com", StringComparison.Ordinal) || service.Split('.').Contains(""))
            return null;
        var name = Names.GetValueOrDefault(service) ?? string.Concat(service.Split('.')[..^2].Select(label => char.ToUpperInvariant(label[0]) + label[1..]));
        return suffix is null ? NamePrefix + name : $"{NamePrefix}{name}_{suffix}";
    }

    public static string TrustOf(string service) =>
        $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":["{{JsonEncodedText.Encode(service)}}"]},"Action":["sts:AssumeRole"]}]}""";
}
