using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.Contracts.ElbV2;
using Estiba.Hosting.Controllers;
using Estiba.LoadBalancing.Networks;
using Estiba.State;

namespace Estiba.LoadBalancing.LoadBalancers;

/// <summary>
/// Gives a load balancer one network interface in each of its subnets, and takes them from one that was deleted; by the
/// load balancer's key.
/// </summary>
/// <remarks>
/// What there is, EC2 is asked: interfaces are found by what they are described to be for, so that one which was made
/// just before the platform was killed is taken over and none is left behind.
/// </remarks>
internal sealed class LoadBalancerReconciler(Store store, Ec2Networks networks) : IReconciler<string>
{
    public async Task<TimeSpan?> ReconcileAsync(string key, CancellationToken cancellation)
    {
        if (store.Current.Find(LoadBalancingTables.LoadBalancers, key) is not { } record)
            return null;
        var context = networks.ContextOf(record.Scope, record.Arn);
        var there = await networks.InterfacesAsync(record.InterfaceDescription, context, cancellation);
        if (record.DeletedAt is not null)
        {
            foreach (var its in there)
                await networks.DeleteInterfaceAsync(its.NetworkInterfaceId!, context, cancellation);
            await store.CommitAsync(it => it.Delete(LoadBalancingTables.LoadBalancers, key), cancellation);
            return null;
        }

        try
        {
            var interfaces = await ProvideAsync(record, there, context, cancellation);
            await ChangeAsync(
                record,
                current =>
                    current with
                    {
                        Interfaces = interfaces.SequenceEqual(current.Interfaces) ? current.Interfaces : interfaces,
                        State = LoadBalancerStateEnum.Active,
                        StateReason = null,
                    },
                cancellation
            );
        }
        catch (AwsException refused) when (refused.StatusCode < 500)
        {
            await ChangeAsync(
                record,
                current =>
                    current with
                    {
                        State =
                            current.State == LoadBalancerStateEnum.Active
                                ? LoadBalancerStateEnum.ActiveImpaired
                                : LoadBalancerStateEnum.Failed,
                        StateReason = refused.Message,
                    },
                cancellation
            );
            throw;
        }

        return null;
    }

    private async Task<IReadOnlyList<InterfaceRecord>> ProvideAsync(
        LoadBalancerRecord record,
        IReadOnlyList<NetworkInterface> there,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var free = there.OrderBy(its => its.NetworkInterfaceId, StringComparer.Ordinal).ToList();
        var interfaces = new List<InterfaceRecord>();
        foreach (var subnet in record.Subnets)
        {
            var its = free.Find(each =>
                each.SubnetId == subnet.SubnetId && (subnet.Address ?? each.PrivateIpAddress) == each.PrivateIpAddress
            );
            if (its is not null)
                free.Remove(its);
            else
                its = await networks.CreateInterfaceAsync(
                    record.InterfaceDescription,
                    subnet.SubnetId,
                    subnet.Address,
                    record.SecurityGroups,
                    context,
                    cancellation
                );
            if (!HasGroups(its, record.SecurityGroups))
                await networks.SetGroupsAsync(its.NetworkInterfaceId!, record.SecurityGroups, context, cancellation);
            interfaces.Add(new InterfaceRecord(its.NetworkInterfaceId!, subnet.SubnetId, its.PrivateIpAddress!));
        }

        foreach (var its in free)
            await networks.DeleteInterfaceAsync(its.NetworkInterfaceId!, context, cancellation);
        return interfaces;
    }

    // Without groups of its own the load balancer leaves the interface in those that EC2 puts it in.
    private static bool HasGroups(NetworkInterface its, IReadOnlyList<string> wanted) =>
        wanted.Count == 0 || (its.Groups ?? []).Select(group => group.GroupId!).ToHashSet().SetEquals(wanted);

    // What was wanted may have changed in the meantime: then the change has put the key in the queue again.
    private Task ChangeAsync(
        LoadBalancerRecord seen,
        Func<LoadBalancerRecord, LoadBalancerRecord> change,
        CancellationToken cancellation
    ) =>
        store.CommitAsync(
            transaction =>
            {
                if (
                    transaction.Find(LoadBalancingTables.LoadBalancers, seen.Key) is not { DeletedAt: null } current
                    || !current.Subnets.SequenceEqual(seen.Subnets)
                )
                    return;
                var after = change(current);
                if (after != current)
                    transaction.Put(LoadBalancingTables.LoadBalancers, after);
            },
            cancellation
        );
}
