using System.Globalization;
using Estiba.Compute.Instances;
using Estiba.Compute.InstanceTypes;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute;

public sealed partial class Ec2Api
{
    /// <inheritdoc />
    public async Task<TerminateInstancesResult> TerminateInstancesAsync(
        TerminateInstancesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        new()
        {
            TerminatingInstances = await ChangeStatesAsync(
                request.InstanceIds!,
                request.DryRun,
                context,
                // Protection is from people; an Auto Scaling group ends what it has launched.
                (instance, now) => Terminate(instance, now, isProtected: context.Service is null),
                cancellation
            ),
        };

    /// <inheritdoc />
    public async Task<StopInstancesResult> StopInstancesAsync(
        StopInstancesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (request.Hibernate == true)
            throw Ec2Requests.Unsupported("hibernation");
        RefuseMachines("stopped");
        return new()
        {
            StoppingInstances = await ChangeStatesAsync(
                request.InstanceIds!,
                request.DryRun,
                context,
                Stop,
                cancellation
            ),
        };
    }

    /// <inheritdoc />
    public async Task<StartInstancesResult> StartInstancesAsync(
        StartInstancesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        new()
        {
            StartingInstances = await ChangeStatesAsync(
                request.InstanceIds!,
                request.DryRun,
                context,
                Start,
                cancellation
            ),
        };

    /// <inheritdoc />
    public async Task<RebootInstancesResponse> RebootInstancesAsync(
        RebootInstancesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        RefuseMachines("rebooted");
        await ChangeStatesAsync(
            request.InstanceIds!,
            request.DryRun,
            context,
            (instance, _) => Reboot(instance),
            cancellation
        );
        return new RebootInstancesResponse();
    }

    private void RefuseMachines(string done)
    {
        if (HasMachines)
            throw new AwsException(
                "UnsupportedOperation",
                $"Instances of this platform are machines that its instance hook makes; none can be {done} from here. "
                    + "Terminate it, or do it on the machine itself."
            );
    }

    /// <summary>All or none: an instance that refuses leaves the others as they are.</summary>
    private Task<IReadOnlyList<InstanceStateChange>> ChangeStatesAsync(
        IReadOnlyList<string> ids,
        bool? dryRun,
        CallContext context,
        Func<InstanceRecord, DateTimeOffset, InstanceRecord> change,
        CancellationToken cancellation
    )
    {
        if (ids.Count == 0)
            throw Ec2Requests.Missing("InstanceId");
        Ec2Requests.EndDryRun(dryRun);
        return _store.CommitAsync<IReadOnlyList<InstanceStateChange>>(
            transaction =>
            {
                var now = _time.GetUtcNow();
                var changes = InstanceLookup
                    .Get(transaction, context, ids)
                    .Select(before => (Before: before, After: change(before, now)))
                    .ToList();
                var more = changes
                    .Where(each =>
                        each is { Before.State: InstanceStateName.Stopped, After.State: InstanceStateName.Pending }
                    )
                    .Sum(each => InstanceTypeCatalog.Get(each.After.InstanceType).VCpus);
                if (more > 0 && more > VCpuQuota.Left(transaction, context, VCpuLimit))
                    throw VCpuQuota.Exceeded(VCpuLimit);

                foreach (var (_, after) in changes)
                    transaction.Put(ComputeTables.Instances, after);
                return
                [
                    .. changes.Select(each => new InstanceStateChange
                    {
                        InstanceId = each.Before.InstanceId,
                        PreviousState = InstanceStates.ToContract(each.Before.State),
                        CurrentState = InstanceStates.ToContract(each.After.State),
                    }),
                ];
            },
            cancellation
        );
    }

    private static InstanceRecord Terminate(InstanceRecord instance, DateTimeOffset now, bool isProtected)
    {
        if (instance.State is InstanceStateName.Terminated or InstanceStateName.ShuttingDown)
            return instance;
        if (instance.DisableApiTermination && isProtected)
        {
            throw new AwsException(
                "OperationNotPermitted",
                $"The instance '{instance.InstanceId}' may not be terminated. Modify its 'disableApiTermination' "
                    + "instance attribute and try again."
            );
        }
        return instance with
        {
            State = InstanceStateName.ShuttingDown,
            StateReason = UserInitiated(),
            StateTransitionReason = UserInitiated(now),
        };
    }

    private static InstanceRecord Stop(InstanceRecord instance, DateTimeOffset now)
    {
        if (instance.State is InstanceStateName.Stopped or InstanceStateName.Stopping)
            return instance;
        RefuseUnless(instance, instance.State == InstanceStateName.Running, "stopped");
        if (instance.DisableApiStop)
        {
            throw new AwsException(
                "OperationNotPermitted",
                $"The instance '{instance.InstanceId}' may not be stopped. Modify its 'disableApiStop' instance "
                    + "attribute and try again."
            );
        }
        return instance with
        {
            State = InstanceStateName.Stopping,
            StateReason = UserInitiated(),
            StateTransitionReason = UserInitiated(now),
        };
    }

    private static InstanceRecord Start(InstanceRecord instance, DateTimeOffset now)
    {
        if (instance.State is InstanceStateName.Running or InstanceStateName.Pending)
            return instance;
        RefuseUnless(instance, instance.State == InstanceStateName.Stopped, "started");
        return instance with
        {
            State = InstanceStateName.Pending,
            StateReason = new StateReason { Code = "pending", Message = "pending" },
            StateTransitionReason = "",
            LaunchTime = now,
            Boots = instance.Boots + 1,
        };
    }

    /// <summary>EC2 queues a reboot and says nothing; one of an instance that does not run is refused.</summary>
    private static InstanceRecord Reboot(InstanceRecord instance)
    {
        RefuseUnless(instance, instance.State is InstanceStateName.Running or InstanceStateName.Pending, "rebooted");
        return instance.State == InstanceStateName.Pending ? instance : instance with { Boots = instance.Boots + 1 };
    }

    private static void RefuseUnless(InstanceRecord instance, bool allowed, string done)
    {
        if (allowed)
            return;
        throw new AwsException(
            "IncorrectInstanceState",
            instance.State
                is InstanceStateName.Terminated
                    or InstanceStateName.ShuttingDown
                    or InstanceStateName.Pending
                    or InstanceStateName.Stopping
                ? $"The instance '{instance.InstanceId}' is not in a state from which it can be {done}."
                : $"This instance '{instance.InstanceId}' is not in the 'running' state."
        );
    }

    private static StateReason UserInitiated() =>
        new()
        {
            Code = "Client.UserInitiatedShutdown",
            Message = "Client.UserInitiatedShutdown: User initiated shutdown",
        };

    private static string UserInitiated(DateTimeOffset now) =>
        string.Create(CultureInfo.InvariantCulture, $"User initiated ({now.UtcDateTime:yyyy-MM-dd HH:mm:ss} GMT)");
}
