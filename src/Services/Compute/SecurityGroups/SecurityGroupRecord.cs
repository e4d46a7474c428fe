using Estiba.Contracts.Ec2;

namespace Estiba.Compute.SecurityGroups;

/// <summary>
/// A security group with its rules. Rules are kept and described; traffic is not filtered by them yet.
/// </summary>
internal sealed record SecurityGroupRecord
{
    public required string AccountId { get; init; }

    public required string Region { get; init; }

    public required string GroupId { get; init; }

    public required string GroupName { get; init; }

    public required string Description { get; init; }

    public required string VpcId { get; init; }

    /// <summary>One record for each source or destination, ingress and egress.</summary>
    public IReadOnlyList<SecurityGroupRule> Rules { get; init; } = [];
}
