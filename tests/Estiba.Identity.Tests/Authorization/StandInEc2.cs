using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Identity.Tests.Authorization;

/// <summary>
/// Has two security groups, of which one's name looks like a pattern that finds both, and a key pair.
/// </summary>
internal sealed class StandInEc2 : IEc2Api
{
    public Task<DescribeSecurityGroupsResult> DescribeSecurityGroupsAsync(
        DescribeSecurityGroupsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new DescribeSecurityGroupsResult
            {
                SecurityGroups =
                [
                    new SecurityGroup { GroupName = "website", GroupId = "sg-11111111111111111" },
                    new SecurityGroup { GroupName = "web*", GroupId = "sg-0c0579f4988ca792f" },
                    new SecurityGroup { GroupName = "default", GroupId = "sg-22222222222222222" },
                ],
            }
        );

    public Task<DescribeKeyPairsResult> DescribeKeyPairsAsync(
        DescribeKeyPairsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new DescribeKeyPairsResult
            {
                KeyPairs = [new KeyPairInfo { KeyName = "prod", KeyPairId = "key-048fb3715c5e3cf62" }],
            }
        );
}
