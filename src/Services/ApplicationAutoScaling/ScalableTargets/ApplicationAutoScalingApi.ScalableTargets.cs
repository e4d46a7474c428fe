using Estiba.ApplicationAutoScaling.ScalableTargets;
using Estiba.ApplicationAutoScaling.Scaling;
using Estiba.Contracts;
using Estiba.Contracts.ApplicationAutoScaling;
using Estiba.State;
using static Estiba.Contracts.ApplicationAutoScaling.ApplicationAutoScalingErrors;

namespace Estiba.ApplicationAutoScaling;

/// <content>Scalable targets, and their tags.</content>
public sealed partial class ApplicationAutoScalingApi
{
    /// <inheritdoc/>
    public async Task<RegisterScalableTargetResponse> RegisterScalableTargetAsync(
        RegisterScalableTargetRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        TargetNames.Check(request.ServiceNamespace!, request.ResourceId!, request.ScalableDimension);
        // ECS has a role of its own, whichever is given.
        if (request.RoleARN is { } role && !Arn.TryParse(role, out _))
            throw ValidationException($"'{role}' is not a valid ARN");
        var (scope, resource) = (Scope.Of(context), request.ResourceId!);
        // What is wrong with the request is said before anything is made for it.
        Register(_store.Current, scope, request);
        if (await _services.FindAsync(scope, resource, cancellation) is null)
            throw ValidationException($"ECS service doesn't exist: {resource}");
        await _role.EnsureAsync(context, cancellation);
        var target = await _store.CommitAsync(
            transaction =>
            {
                var registered = Register(transaction, scope, request);
                transaction.Put(ApplicationAutoScalingTables.Targets, registered);
                return registered;
            },
            cancellation
        );
        return new RegisterScalableTargetResponse { ScalableTargetARN = target.Arn };
    }

    /// <inheritdoc/>
    public Task<DescribeScalableTargetsResponse> DescribeScalableTargetsAsync(
        DescribeScalableTargetsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var resources = request.ResourceIds ?? [];
        TargetNames.CheckFilter(request.ServiceNamespace!, resources, request.ScalableDimension, "ResourceIds");
        var size = Paging.Size(request.MaxResults);
        var after = Paging.After(request.NextToken, request, context);
        var targets =
            request.ServiceNamespace == ServiceNamespace.Ecs
                ? _store
                    .Current.Range(ApplicationAutoScalingTables.Targets, Scope.Of(context).Prefix, after)
                    .Where(target => resources.Count == 0 || resources.Contains(target.ResourceId))
                : [];
        var (page, next) = PagingToken.Cut(targets, size, target => target.Key, request, context);
        return Task.FromResult(
            new DescribeScalableTargetsResponse { ScalableTargets = [.. page.Select(Describe)], NextToken = next }
        );
    }

    /// <inheritdoc/>
    public async Task<DeregisterScalableTargetResponse> DeregisterScalableTargetAsync(
        DeregisterScalableTargetRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        TargetNames.Check(request.ServiceNamespace!, request.ResourceId!, request.ScalableDimension);
        var alarms = await _store.CommitAsync(
            transaction =>
                Deregistration.Of(
                    transaction,
                    TargetNames.Require(transaction, Scope.Of(context), request.ResourceId!, "found"),
                    _ids,
                    Now
                ),
            cancellation
        );
        await _alarms.TryDeleteAsync(alarms, cancellation);
        return new DeregisterScalableTargetResponse();
    }

    /// <inheritdoc/>
    public Task<ListTagsForResourceResponse> ListTagsForResourceAsync(
        ListTagsForResourceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new ListTagsForResourceResponse
            {
                Tags = TargetNames.RequireArn(_store.Current, Scope.Of(context), request.ResourceARN!).Tags,
            }
        );

    /// <inheritdoc/>
    public async Task<TagResourceResponse> TagResourceAsync(
        TagResourceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await TagAsync(request.ResourceARN!, tags => TargetTags.Merge(tags, request.Tags), context, cancellation);
        return new TagResourceResponse();
    }

    /// <inheritdoc/>
    public async Task<UntagResourceResponse> UntagResourceAsync(
        UntagResourceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        await TagAsync(request.ResourceARN!, tags => TargetTags.Without(tags, request.TagKeys!), context, cancellation);
        return new UntagResourceResponse();
    }

    private Task TagAsync(
        string arn,
        Func<IReadOnlyDictionary<string, string>, IReadOnlyDictionary<string, string>> change,
        CallContext context,
        CancellationToken cancellation
    ) =>
        _store.CommitAsync(
            transaction =>
            {
                var target = TargetNames.RequireArn(transaction, Scope.Of(context), arn);
                transaction.Put(ApplicationAutoScalingTables.Targets, target with { Tags = change(target.Tags) });
            },
            cancellation
        );

    // What is not said of a target that is there stays as it is.
    private ScalableTargetRecord Register(View view, Scope scope, RegisterScalableTargetRequest request)
    {
        var before = view.Find(
            ApplicationAutoScalingTables.Targets,
            ScalableTargetRecord.KeyOf(scope, request.ResourceId!)
        );
        if (before is not null && request.Tags is { Count: > 0 })
            throw ValidationException(
                "The scalable target that you tried to tag already exists. To update tags on an existing scalable "
                    + "target, use the TagResource API."
            );
        if (before is null && view.Count(ApplicationAutoScalingTables.Targets, scope.Prefix) >= Quotas.ScalableTargets)
            throw LimitExceededException(
                $"An account can have at most {Quotas.ScalableTargets} scalable targets of ecs in a region."
            );
        var min = request.MinCapacity
            ?? before?.MinCapacity
            ?? throw ValidationException("Minimum capacity must be specified");
        var max = request.MaxCapacity
            ?? before?.MaxCapacity
            ?? throw ValidationException("Maximum capacity must be specified");
        if (min < 0)
            throw ValidationException("Minimum capacity cannot be less than 0");
        if (max < min)
            throw ValidationException("Maximum capacity cannot be less than minimum capacity");
        var suspended = before?.Suspended ?? new Suspensions(false, false, false);
        return new ScalableTargetRecord
        {
            Scope = scope,
            ResourceId = request.ResourceId!,
            Id = before?.Id ?? _ids.Next(),
            MinCapacity = min,
            MaxCapacity = max,
            Suspended = new Suspensions(
                request.SuspendedState?.DynamicScalingInSuspended ?? suspended.DynamicScalingIn,
                request.SuspendedState?.DynamicScalingOutSuspended ?? suspended.DynamicScalingOut,
                request.SuspendedState?.ScheduledScalingSuspended ?? suspended.Scheduled
            ),
            CreatedAt = before?.CreatedAt ?? Now,
            Tags = before?.Tags ?? TargetTags.Merge(new Dictionary<string, string>(), request.Tags),
            HasNewBounds =
                before is null || before.HasNewBounds || (before.MinCapacity, before.MaxCapacity) != (min, max),
        };
    }

    private static ScalableTarget Describe(ScalableTargetRecord target) =>
        new()
        {
            ServiceNamespace = ServiceNamespace.Ecs,
            ResourceId = target.ResourceId,
            ScalableDimension = TargetNames.Dimension,
            MinCapacity = target.MinCapacity,
            MaxCapacity = target.MaxCapacity,
            RoleARN = LinkedRole.ArnOf(target.Scope),
            CreationTime = target.CreatedAt,
            SuspendedState = new SuspendedState
            {
                DynamicScalingInSuspended = target.Suspended.DynamicScalingIn,
                DynamicScalingOutSuspended = target.Suspended.DynamicScalingOut,
                ScheduledScalingSuspended = target.Suspended.Scheduled,
            },
            ScalableTargetARN = target.Arn,
        };
}
