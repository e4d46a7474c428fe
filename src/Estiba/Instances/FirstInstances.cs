using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.Contracts.Ecs;

namespace Estiba.Instances;

/// <summary>
/// Starts the instances that <c>--instances</c> asks for, with the operations that a customer would use.
/// </summary>
internal sealed class FirstInstances(IEcsApi ecs, IEc2Api ec2, string accountId, string region)
{
    private const string Cluster = "default";

    /// <summary>
    /// Starts as many as wanted in the cluster <c>default</c>; none where the account has any instance in the region
    /// already.
    /// </summary>
    internal async Task StartAsync(int wanted, CancellationToken cancellation)
    {
        if (wanted == 0)
            return;
        var context = new CallContext
        {
            AccountId = accountId,
            Region = region,
            PrincipalArn = "",
            AccessKeyId = "",
            RequestId = Guid.NewGuid().ToString(),
        };
        var there = await ec2.DescribeInstancesAsync(new(), context, cancellation);
        if (there.Reservations is { Count: > 0 })
            return;

        await ecs.CreateClusterAsync(new() { ClusterName = Cluster }, context, cancellation);
        await ec2.RunInstancesAsync(
            new()
            {
                ImageId = "resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id",
                InstanceType = "t3.small",
                MinCount = wanted,
                MaxCount = wanted,
                UserData = Convert.ToBase64String(
                    Encoding.UTF8.GetBytes($"#!/bin/bash\necho ECS_CLUSTER={Cluster} >> /etc/ecs/ecs.config\n")
                ),
            },
            context,
            cancellation
        );
    }
}
