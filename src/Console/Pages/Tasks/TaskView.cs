using Estiba.Console.Live;
using Estiba.Console.Sessions;

namespace Estiba.Console.Pages.Tasks;

/// <summary>A task and the instance that it is on.</summary>
/// <param name="Task">The task.</param>
/// <param name="Address">The address of its instance, as far as it is known.</param>
public sealed record TaskView(Ecs.EcsTask Task, string? Address)
{
    internal static async Task<TaskView> ReadAsync(
        Clients clients,
        string cluster,
        string id,
        CancellationToken cancellation
    )
    {
        var ecs = clients.Of<Ecs.IEcsApi>();
        var described = await ecs.DescribeTasksAsync(
            new()
            {
                Cluster = cluster,
                Tasks = [id],
                Include = ["TAGS"],
            },
            Session.Context,
            cancellation
        );
        if (described.Tasks is not [var task, ..])
            throw new ResourceMissingException(id);
        var isReachable = task.Containers?.Any(it => it.NetworkBindings is { Count: > 0 }) == true;
        if (task.LastStatus != "RUNNING" || task.ContainerInstanceArn is null || !isReachable)
            return new TaskView(task, null);
        try
        {
            return new TaskView(task, await AddressAsync(clients, cluster, task.ContainerInstanceArn, cancellation));
        }
        catch (Contracts.AwsException)
        {
            // The task is what was asked for; the address is more, which the key may not see.
            return new TaskView(task, null);
        }
    }

    private static async Task<string?> AddressAsync(
        Clients clients,
        string cluster,
        string instance,
        CancellationToken cancellation
    )
    {
        var described = await clients
            .Of<Ecs.IEcsApi>()
            .DescribeContainerInstancesAsync(
                new() { Cluster = cluster, ContainerInstances = [instance] },
                Session.Context,
                cancellation
            );
        if (described.ContainerInstances is not [{ Ec2InstanceId: { } id }, ..])
            return null;
        if (!id.StartsWith("i-", StringComparison.Ordinal))
            return null;
        var machines = await clients
            .Of<Ec2.IEc2Api>()
            .DescribeInstancesAsync(new() { InstanceIds = [id] }, Session.Context, cancellation);
        var machine = machines.Reservations?.SelectMany(it => it.Instances ?? []).FirstOrDefault();
        return machine?.PublicIpAddress ?? machine?.PrivateIpAddress;
    }
}
