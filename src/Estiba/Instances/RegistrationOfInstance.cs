using Estiba.Compute.Instances;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Microsoft.Extensions.Logging;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Instances;

/// <summary>The container instance that an instance of EC2 is registered as.</summary>
internal static class RegistrationOfInstance
{
    /// <summary>
    /// Deregisters it, as ECS does on AWS when it hears from EC2 that the instance was terminated.
    /// </summary>
    /// <param name="ecs">ECS, called as EC2.</param>
    /// <param name="instance">The instance.</param>
    /// <param name="logger">Hears where that cannot be done.</param>
    /// <param name="cancellation">Leaves it registered.</param>
    internal static async Task EndAsync(
        IEcsApi ecs,
        InstanceLaunch instance,
        ILogger logger,
        CancellationToken cancellation
    )
    {
        var context = ContextOf(instance);
        try
        {
            var found = await ecs.ListContainerInstancesAsync(
                new() { Cluster = instance.Cluster, Filter = $"ec2InstanceId == {instance.InstanceId}" },
                context,
                cancellation
            );
            foreach (var arn in found.ContainerInstanceArns ?? [])
            {
                await ecs.DeregisterContainerInstanceAsync(
                    new()
                    {
                        Cluster = instance.Cluster,
                        ContainerInstance = arn,
                        Force = true,
                    },
                    context,
                    cancellation
                );
            }
        }
        catch (AwsException gone) when (gone.Code is "ClusterNotFoundException" or "InvalidParameterException")
        {
            InstanceLog.NotDeregistered(logger, instance.InstanceId, gone.Message);
        }
    }

    /// <summary>In whose name ECS is called about an instance.</summary>
    internal static CallContext ContextOf(InstanceLaunch instance) =>
        new()
        {
            AccountId = instance.AccountId,
            Region = instance.Region,
            PrincipalArn = "",
            AccessKeyId = "",
            RequestId = Guid.NewGuid().ToString(),
            SourceArn =
                $"arn:{Arn.PartitionOf(instance.Region)}:ec2:{instance.Region}:{instance.AccountId}"
                + $":instance/{instance.InstanceId}",
        };
}
