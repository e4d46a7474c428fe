using System.Globalization;
using Estiba.AutoScaling.Groups;
using Estiba.AutoScaling.Instances;
using Estiba.AutoScaling.LifecycleHooks;
using Estiba.AutoScaling.Reconciling;
using Estiba.Contracts;
using Estiba.Contracts.AutoScaling;
using Estiba.State;

namespace Estiba.AutoScaling;

/// <content>Groups.</content>
public sealed partial class AutoScalingApi
{
    private const string EveryProtection = "prevent-all-deletion";
    private const string ForceProtection = "prevent-force-deletion";

    /// <inheritdoc/>
    public async Task<CreateAutoScalingGroupResponse> CreateAutoScalingGroupAsync(
        CreateAutoScalingGroupType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var scope = Scope.Of(context);
        var name = request.AutoScalingGroupName!;
        if (name.Contains(':', StringComparison.Ordinal))
            throw Validation.Error("An Auto Scaling group name cannot contain a colon.");
        var change = GroupChange.Of(request);
        if (request.LaunchTemplate is null == (request.LaunchConfigurationName is null))
            throw Validation.Error(
                "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or "
                    + "MixedInstancesPolicy parameter"
            );
        var subnets = await _places.FindAsync(
            scope,
            request.VPCZoneIdentifier,
            request.AvailabilityZones ?? [],
            request.AvailabilityZoneIds ?? [],
            cancellation
        ) ?? throw Validation.Error("At least one Availability Zone or VPC Subnet is required.");
        var targetGroups = TargetGroupsOf(request.TargetGroupARNs, request.TrafficSources);
        await _places.CheckTargetGroupsAsync(scope, targetGroups, cancellation);
        var group = GroupChange.Apply(
            change,
            new GroupRecord
            {
                Scope = scope,
                Name = name,
                Id = _ids.Next(),
                CreatedAt = Now,
                Min = request.MinSize!.Value,
                Max = request.MaxSize!.Value,
                Desired = request.MinSize.Value,
                LaunchConfiguration = request.LaunchConfigurationName,
                Subnets = subnets,
                VpcZoneIdentifier = string.IsNullOrEmpty(request.VPCZoneIdentifier) ? null : request.VPCZoneIdentifier,
                Tags = GroupTags.Merge([], request.Tags ?? []),
                TargetGroups = [.. targetGroups.Select(arn => new TargetGroupLink(arn, TargetGroupLink.Adding))],
                Role = LinkedRole.ArnOf(scope),
            }
        );
        if (request.LaunchTemplate is { } template)
            group = group with
            {
                LaunchTemplate = await _templates.RequireAsync(template, subnets[0].Id, context, cancellation),
            };
        var hooks = HooksOf(group, request.LifecycleHookSpecificationList ?? []);
        await _role.EnsureAsync(context, cancellation);
        await _store.CommitAsync(transaction => Create(transaction, group, hooks), cancellation);
        return new CreateAutoScalingGroupResponse();
    }

    /// <inheritdoc/>
    public async Task<UpdateAutoScalingGroupResponse> UpdateAutoScalingGroupAsync(
        UpdateAutoScalingGroupType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var scope = Scope.Of(context);
        GroupChange.CheckSupported(request);
        var seen = Require(_store.Current, scope, request.AutoScalingGroupName!);
        if (request.LaunchTemplate is not null && request.LaunchConfigurationName is not null)
            throw Validation.Error(
                "Valid requests must contain either LaunchTemplate, LaunchConfigurationName or MixedInstancesPolicy "
                    + "parameter"
            );
        var subnets = await _places.FindAsync(
            scope,
            request.VPCZoneIdentifier,
            request.AvailabilityZones ?? [],
            request.AvailabilityZoneIds ?? [],
            cancellation
        );
        var template = request.LaunchTemplate is { } named
            ? await _templates.RequireAsync(named, (subnets ?? seen.Subnets)[0].Id, context, cancellation)
            : null;
        await _store.CommitAsync(
            transaction =>
            {
                var before = Require(transaction, scope, request.AutoScalingGroupName!);
                var after = GroupChange.Apply(request, before);
                if (subnets is not null)
                    after = after with
                    {
                        Subnets = subnets,
                        VpcZoneIdentifier = string.IsNullOrEmpty(request.VPCZoneIdentifier)
                            ? null
                            : request.VPCZoneIdentifier,
                    };
                if (template is not null)
                    after = after with { LaunchTemplate = template, LaunchConfiguration = null };
                if (request.LaunchConfigurationName is { } configuration)
                    after = after with
                    {
                        LaunchConfiguration = RequireConfiguration(transaction, scope, configuration).Name,
                        LaunchTemplate = null,
                    };
                var by =
                    $"a user request update of AutoScalingGroup constraints to min: {after.Min}, max: {after.Max}, "
                    + $"desired: {after.Desired}";
                var (desired, cause) = (after.Desired, before.Wanting(after.Desired, by, Now).Cause);
                transaction.Put(AutoScalingTables.Groups, after with { Desired = desired, Cause = cause });
            },
            cancellation
        );
        return new UpdateAutoScalingGroupResponse();
    }

    /// <inheritdoc/>
    public async Task<DeleteAutoScalingGroupResponse> DeleteAutoScalingGroupAsync(
        DeleteAutoScalingGroupType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await _store.CommitAsync(
            transaction =>
            {
                var group = Require(transaction, Scope.Of(context), request.AutoScalingGroupName!);
                if (
                    group.DeletionProtection == EveryProtection
                    || (group.DeletionProtection == ForceProtection && request.ForceDelete == true)
                )
                    throw Validation.Error(
                        $"The Auto Scaling group '{group.Name}' has deletion protection {group.DeletionProtection}."
                    );
                var instances = GroupStep.InstancesOf(transaction, group);
                if (instances.Count == 0)
                    _removal.Remove(transaction, group);
                else if (request.ForceDelete != true)
                    throw instances.Any(each => !Lifecycle.IsEnding(each.State))
                        ? AutoScalingErrors.ResourceInUseFault(
                            "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance "
                                + "request(s) still in the group."
                        )
                        : AutoScalingErrors.ScalingActivityInProgressFault(
                            "You cannot delete an AutoScalingGroup while there are scaling activities in progress for "
                                + "that group."
                        );
                else
                    transaction.Put(
                        AutoScalingTables.Groups,
                        group.Wanting(0, "a user request force-deleted AutoScalingGroup", Now) with
                        {
                            Min = 0,
                            IsDeleting = true,
                        }
                    );
            },
            cancellation
        );
        return new DeleteAutoScalingGroupResponse();
    }

    /// <inheritdoc/>
    public Task<AutoScalingGroupsType> DescribeAutoScalingGroupsAsync(
        AutoScalingGroupNamesType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var (scope, view) = (Scope.Of(context), _store.Current);
        var size = Paging.Size(request.MaxRecords);
        var after = Paging.After(request.NextToken, request, context);
        var names = request.AutoScalingGroupNames ?? [];
        var matches = GroupFilters.Compile(request.Filters ?? []);
        var groups = view.Range(AutoScalingTables.Groups, scope.Prefix, after)
            .Where(group => (names.Count == 0 || names.Contains(group.Name)) && matches(group));
        var (page, next) = PagingToken.Cut(groups, size, group => group.Key, request, context);
        return Task.FromResult(
            new AutoScalingGroupsType
            {
                AutoScalingGroups =
                [
                    .. page.Select(group =>
                        GroupDescription.Of(view, group, withInstances: request.IncludeInstances != false)
                    ),
                ],
                NextToken = next,
            }
        );
    }

    /// <inheritdoc/>
    public async Task<SetDesiredCapacityResponse> SetDesiredCapacityAsync(
        SetDesiredCapacityType request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var desired = request.DesiredCapacity!.Value;
        await _store.CommitAsync(
            transaction =>
            {
                var group = Require(transaction, Scope.Of(context), request.AutoScalingGroupName!);
                if (desired > group.Max)
                    throw Validation.Error(
                        $"New SetDesiredCapacity value {desired} is above max value {group.Max} for the "
                            + "AutoScalingGroup."
                    );
                if (desired < group.Min)
                    throw Validation.Error(
                        $"New SetDesiredCapacity value {desired} is below min value {group.Min} for the "
                            + "AutoScalingGroup."
                    );
                if (request.HonorCooldown == true && IsCooling(group))
                    throw AutoScalingErrors.ScalingActivityInProgressFault(
                        $"The cooldown of AutoScalingGroup '{group.Name}' is in progress and blocks this action"
                    );
                transaction.Put(
                    AutoScalingTables.Groups,
                    group.Wanting(desired, "a user request explicitly set group desired capacity", Now)
                );
            },
            cancellation
        );
        return new SetDesiredCapacityResponse();
    }

    /// <inheritdoc/>
    public async Task<SuspendProcessesResponse> SuspendProcessesAsync(
        ScalingProcessQuery request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var processes = ProcessesOf(request);
        var reason = string.Create(
            CultureInfo.InvariantCulture,
            $"User suspended at {Now.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}"
        );
        await ChangeAsync(
            context,
            request.AutoScalingGroupName!,
            group =>
                group with
                {
                    Suspended =
                    [
                        .. group.Suspended,
                        .. processes
                            .Where(group.Runs)
                            .Select(process => new SuspendedProcess
                            {
                                ProcessName = process,
                                SuspensionReason = reason,
                            }),
                    ],
                },
            cancellation
        );
        return new SuspendProcessesResponse();
    }

    /// <inheritdoc/>
    public async Task<ResumeProcessesResponse> ResumeProcessesAsync(
        ScalingProcessQuery request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var processes = ProcessesOf(request);
        await ChangeAsync(
            context,
            request.AutoScalingGroupName!,
            group =>
                group with
                {
                    Suspended = [.. group.Suspended.Where(each => !processes.Contains(each.ProcessName!))],
                },
            cancellation
        );
        return new ResumeProcessesResponse();
    }

    private Task ChangeAsync(
        CallContext context,
        string name,
        Func<GroupRecord, GroupRecord> change,
        CancellationToken cancellation
    ) =>
        _store.CommitAsync(
            transaction =>
                transaction.Put(AutoScalingTables.Groups, change(Require(transaction, Scope.Of(context), name))),
            cancellation
        );

    private void Create(Transaction transaction, GroupRecord group, IReadOnlyList<HookRecord> hooks)
    {
        if (transaction.Find(AutoScalingTables.Groups, group.Key) is { } known)
            throw AutoScalingErrors.AlreadyExistsFault(
                $"AutoScalingGroup by this name already exists - A group with the name {group.Name} already exists"
                    + (known.IsDeleting ? " and is pending delete" : "")
            );
        if (transaction.Count(AutoScalingTables.Groups, group.Scope.Prefix) >= Quotas.Groups)
            throw AutoScalingErrors.LimitExceededFault(
                $"There can be at most {Quotas.Groups} Auto Scaling groups in a region."
            );
        if (group.LaunchConfiguration is { } configuration)
            RequireConfiguration(transaction, group.Scope, configuration);
        var created = (group with { Desired = 0 }).Wanting(
            group.Desired,
            "a user request created an AutoScalingGroup",
            Now
        );
        transaction.Put(AutoScalingTables.Groups, created);
        foreach (var hook in hooks)
            transaction.Put(AutoScalingTables.Hooks, hook);
    }

    private bool IsCooling(GroupRecord group) =>
        group.ScaledAt is { } at && Now < at.AddSeconds(group.ScaledCooldown ?? group.Cooldown);

    private static IReadOnlyList<string> ProcessesOf(ScalingProcessQuery request)
    {
        if (request.ScalingProcesses is not { Count: > 0 } named)
            return ScalingProcess.All;
        return named.FirstOrDefault(process => !ScalingProcess.All.Contains(process)) is { } unknown
            ? throw Validation.Error($"Invalid Scaling Process [{unknown}]")
            : named;
    }

    // Traffic sources are another way to say target groups.
    private static IReadOnlyList<string> TargetGroupsOf(
        IReadOnlyList<string>? arns,
        IReadOnlyList<TrafficSourceIdentifier>? sources
    )
    {
        if (sources?.FirstOrDefault(source => source.Type is not (null or TargetGroupLink.Source)) is { } other)
            throw Validation.Unsupported($"traffic sources of the type {other.Type}");
        return [.. (arns ?? []).Concat((sources ?? []).Select(source => source.Identifier!)).Distinct()];
    }
}
