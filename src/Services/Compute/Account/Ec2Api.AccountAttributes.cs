using Estiba.Compute.Vpcs;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute;

public sealed partial class Ec2Api
{
    /// <inheritdoc />
    public Task<DescribeAccountAttributesResult> DescribeAccountAttributesAsync(
        DescribeAccountAttributesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Ec2Requests.EndDryRun(request.DryRun);
        (string Name, string Value)[] attributes =
        [
            ("default-vpc", new DefaultVpc(context, _network.Range).VpcId),
            ("max-elastic-ips", "0"),
            ("max-instances", $"{Enumerable.Range(0, _network.Range.Subnets.Count).Sum(_network.Range.CapacityOf)}"),
            ("supported-platforms", "VPC"),
            ("vpc-max-elastic-ips", "0"),
            ("vpc-max-security-groups-per-interface", "5"),
        ];
        return Task.FromResult(
            new DescribeAccountAttributesResult
            {
                AccountAttributes =
                [
                    .. attributes
                        .Where(attribute =>
                            request.AttributeNames is null or [] || request.AttributeNames.Contains(attribute.Name)
                        )
                        .Select(attribute => new AccountAttribute
                        {
                            AttributeName = attribute.Name,
                            AttributeValues = [new AccountAttributeValue { AttributeValue = attribute.Value }],
                        }),
                ],
            }
        );
    }
}
