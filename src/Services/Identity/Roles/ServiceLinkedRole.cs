using System.Text.Json;

namespace Estiba.Identity.Roles;

/// <summary>The role that belongs to an AWS service and is named by it ("Create a service-linked role").</summary>
/// <param name="Name">The role's name without its prefix and suffix.</param>
/// <param name="Policy">The name of the policy that is attached to it; null where it is not known.</param>
/// <param name="TakesSuffix">Whether an account may have several, told apart by suffixes.</param>
internal sealed record ServiceLinkedRole(string Name, string? Policy, bool TakesSuffix = false)
{
    public const string PathPrefix = "/aws-service-role/";

    private const string NamePrefix = "AWSServiceRoleFor";

    private static readonly Dictionary<string, ServiceLinkedRole> ByService = new(StringComparer.Ordinal)
    {
        ["autoscaling.amazonaws.com"] = new("AutoScaling", "AutoScalingServiceRolePolicy", TakesSuffix: true),
        ["batch.amazonaws.com"] = new("Batch", "BatchServiceRolePolicy"),
        ["ec2fleet.amazonaws.com"] = new("EC2Fleet", "AWSEC2FleetServiceRolePolicy"),
        ["ecr.amazonaws.com"] = new("ECRTemplate", "ECRTemplateServiceRolePolicy"),
        ["ecs.amazonaws.com"] = new("ECS", "AmazonECSServiceRolePolicy"),
        ["ecs-compute.amazonaws.com"] = new("ECSCompute", "AmazonECSComputeServiceRolePolicy"),
        ["ecs.application-autoscaling.amazonaws.com"] = new(
            "ApplicationAutoScaling_ECSService",
            "AWSApplicationAutoscalingECSServicePolicy"
        ),
        ["eks.amazonaws.com"] = new("AmazonEKS", "AmazonEKSServiceRolePolicy"),
        ["eks-fargate.amazonaws.com"] = new("AmazonEKSForFargate", "AmazonEKSForFargateServiceRolePolicy"),
        ["eks-nodegroup.amazonaws.com"] = new("AmazonEKSNodegroup", "AWSServiceRoleForAmazonEKSNodegroup"),
        ["elasticache.amazonaws.com"] = new("ElastiCache", "ElastiCacheServiceRolePolicy"),
        ["elasticfilesystem.amazonaws.com"] = new(
            "AmazonElasticFileSystem",
            "AmazonElasticFileSystemServiceRolePolicy"
        ),
        ["elasticloadbalancing.amazonaws.com"] = new(
            "ElasticLoadBalancing",
            "AWSElasticLoadBalancingServiceRolePolicy"
        ),
        ["events.amazonaws.com"] = new("CloudWatchEvents", "CloudWatchEventsServiceRolePolicy"),
        ["opensearchservice.amazonaws.com"] = new("AmazonOpenSearchService", "AmazonOpenSearchServiceRolePolicy"),
        ["pullthroughcache.ecr.amazonaws.com"] = new("ECRPullThroughCache", "AWSECRPullThroughCache_ServiceRolePolicy"),
        ["rds.amazonaws.com"] = new("RDS", "AmazonRDSServiceRolePolicy"),
        ["replication.ecr.amazonaws.com"] = new("ECRReplication", "ECRReplicationServiceRolePolicy"),
        ["spot.amazonaws.com"] = new("EC2Spot", "AWSEC2SpotServiceRolePolicy"),
        ["spotfleet.amazonaws.com"] = new("EC2SpotFleet", "AWSEC2SpotFleetServiceRolePolicy"),
        ["ssm.amazonaws.com"] = new("AmazonSSM", "AmazonSSMServiceRolePolicy"),
        ["vpc-lattice.amazonaws.com"] = new("VpcLattice", "AWSVpcLatticeServiceRolePolicy"),
    };

    /// <summary>The role of a service; null for a name that is no service's.</summary>
    public static ServiceLinkedRole? Of(string service)
    {
        if (!service.EndsWith(".amazonaws.com", StringComparison.Ordinal) || service.Split('.').Contains(""))
            return null;
        return ByService.GetValueOrDefault(service)
            ?? new ServiceLinkedRole(
                string.Concat(service.Split('.')[..^2].Select(label => char.ToUpperInvariant(label[0]) + label[1..])),
                Policy: null,
                TakesSuffix: true
            );
    }

    /// <summary>The role's whole name.</summary>
    public string FullName(string? suffix) => suffix is null ? NamePrefix + Name : $"{NamePrefix}{Name}_{suffix}";

    /// <summary>What is attached to it.</summary>
    public IReadOnlyList<string> AttachedPolicies =>
        Policy is null ? [] : [new Contracts.Arn("iam", "", "aws", $"policy{PathPrefix}{Policy}").ToString()];

    /// <summary>Who may assume it.</summary>
    public static string TrustOf(string service) =>
        $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":["{{JsonEncodedText.Encode(service)}}"]},"Action":["sts:AssumeRole"]}]}""";
}
