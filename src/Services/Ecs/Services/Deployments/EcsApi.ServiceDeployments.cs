using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Clusters;
using Estiba.Ecs.Services;
using Estiba.Ecs.Services.Deployments;
using Estiba.Ecs.Services.TrafficShifts;
using Estiba.State;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Ecs;

/// <content>The history of a service's deployments, and the way back from the one that goes on.</content>
public sealed partial class EcsApi
{
    private const int MostServiceDeploymentsDescribed = 20;
    private const int DefaultServiceDeploymentsListed = 20;

    /// <inheritdoc />
    public Task<ListServiceDeploymentsResponse> ListServiceDeploymentsAsync(
        ListServiceDeploymentsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var view = _store.Current;
        var cluster = ClusterNames.Require(view, Scope.Of(context), request.Cluster ?? ClusterOf(request.Service!));
        var service = RequireService(view, cluster, request.Service!);
        var deployments = view.Range(EcsTables.ServiceDeployments, service.Key + "/")
            .Where(deployment =>
                (request.Status is not { Count: > 0 } statuses || statuses.Contains(deployment.Status))
                && (request.CreatedAt?.Before is not { } before || deployment.CreatedAt < before)
                && (request.CreatedAt?.After is not { } after || deployment.CreatedAt > after)
            )
            .OrderByDescending(deployment => deployment.CreatedAt)
            .ThenBy(deployment => deployment.Key, StringComparer.Ordinal)
            .AsEnumerable();
        if (Paging.After(request.NextToken, request, context) is { } last)
            deployments = deployments.SkipWhile(deployment => deployment.Key != last).Skip(1);
        var (page, next) = PagingToken.Cut(
            deployments,
            request.MaxResults is null ? DefaultServiceDeploymentsListed : Paging.Size(request.MaxResults),
            deployment => deployment.Key,
            request,
            context
        );
        return Task.FromResult(
            new ListServiceDeploymentsResponse
            {
                ServiceDeployments =
                [
                    .. page.Select(deployment => ServiceDeploymentDescription.BriefOf(service, deployment)),
                ],
                NextToken = next,
            }
        );
    }

    /// <inheritdoc />
    public Task<DescribeServiceDeploymentsResponse> DescribeServiceDeploymentsAsync(
        DescribeServiceDeploymentsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var view = _store.Current;
        CheckArns(request.ServiceDeploymentArns, "Service deployment ARNs");
        var found = new List<ServiceDeployment>();
        var failures = new List<Failure>();
        foreach (var arn in request.ServiceDeploymentArns!)
        {
            if (
                FindOfService(view, EcsTables.ServiceDeployments, Scope.Of(context), arn, "service-deployment")
                is var (service, deployment)
            )
                found.Add(ServiceDeploymentDescription.Of(view, service, deployment));
            else
                failures.Add(new Failure { Arn = arn, Reason = "MISSING" });
        }

        return Task.FromResult(
            new DescribeServiceDeploymentsResponse { ServiceDeployments = found, Failures = failures }
        );
    }

    /// <inheritdoc />
    public Task<DescribeServiceRevisionsResponse> DescribeServiceRevisionsAsync(
        DescribeServiceRevisionsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var view = _store.Current;
        CheckArns(request.ServiceRevisionArns, "Service revision ARNs");
        var found = new List<ServiceRevision>();
        var failures = new List<Failure>();
        foreach (var arn in request.ServiceRevisionArns!)
        {
            if (
                FindOfService(view, EcsTables.ServiceRevisions, Scope.Of(context), arn, "service-revision")
                is var (_, revision)
            )
                found.Add(revision.Revision);
            else
                failures.Add(new Failure { Arn = arn, Reason = "MISSING" });
        }

        return Task.FromResult(new DescribeServiceRevisionsResponse { ServiceRevisions = found, Failures = failures });
    }

    /// <summary>
    /// Asks for the deployment that goes on to be rolled back; repeating it changes nothing ("Stopping Amazon ECS
    /// service deployments", developer guide).
    /// </summary>
    public Task<StopServiceDeploymentResponse> StopServiceDeploymentAsync(
        StopServiceDeploymentRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        _store.CommitAsync(
            transaction =>
            {
                if (request.StopType is { } type && type != StopServiceDeploymentStopType.Rollback)
                    throw EcsErrors.InvalidParameterException(
                        $"The stop type {type} is not valid. Valid values: ROLLBACK."
                    );
                var (service, deployment) = RequireServiceDeployment(
                    transaction,
                    request.ServiceDeploymentArn!,
                    context
                );
                if (!deployment.IsOngoing)
                    throw EcsErrors.ConflictException(
                        $"The service deployment cannot be stopped because its status is {deployment.Status}."
                    );

                // What it would be rolled back to is being stopped.
                var rollout = ServiceRolloutRecord.Of(transaction, service.Key);
                if (TrafficShift.IsPastReturn(rollout) && rollout.Primary.ServiceDeployment == deployment.Id)
                    throw EcsErrors.ConflictException(
                        $"The service deployment cannot be stopped because it is in the lifecycle stage "
                            + $"{ServiceDeploymentLifecycleStage.CleanUp}."
                    );

                if (deployment.Status is ServiceDeploymentStatus.Pending or ServiceDeploymentStatus.InProgress)
                {
                    transaction.Put(
                        EcsTables.ServiceDeployments,
                        deployment with
                        {
                            Status = ServiceDeploymentStatus.RollbackRequested,
                            UpdatedAt = Now,
                        }
                    );
                    Concern(transaction, service);
                }

                return new StopServiceDeploymentResponse { ServiceDeploymentArn = request.ServiceDeploymentArn };
            },
            cancellation
        );

    /// <summary>
    /// Ends a pause of a deployment: it goes on, or is rolled back ("Pause hooks for Amazon ECS service deployments",
    /// developer guide).
    /// </summary>
    public Task<ContinueServiceDeploymentResponse> ContinueServiceDeploymentAsync(
        ContinueServiceDeploymentRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        _store.CommitAsync(
            transaction =>
            {
                var (service, deployment) = RequireServiceDeployment(
                    transaction,
                    request.ServiceDeploymentArn!,
                    context
                );
                if (deployment.Pauses.FirstOrDefault(pause => pause.HookId == request.HookId) is not { } found)
                    throw EcsErrors.InvalidParameterException("The hookId is not of this service deployment.");
                if (!deployment.IsOngoing || !Pauses.IsAwaiting(found))
                    throw EcsErrors.InvalidParameterException(
                        $"The lifecycle hook does not await an action: its status is {found.Status}."
                    );
                var status =
                    request.Action == DeploymentLifecycleHookAction.Rollback
                        ? DeploymentLifecycleHookStatus.Failed
                        : DeploymentLifecycleHookStatus.Succeeded;
                transaction.Put(
                    EcsTables.ServiceDeployments,
                    deployment with
                    {
                        Pauses =
                        [
                            .. deployment.Pauses.Select(pause =>
                                pause == found ? pause with { Status = status } : pause
                            ),
                        ],
                        UpdatedAt = Now,
                    }
                );
                Concern(transaction, service);
                return new ContinueServiceDeploymentResponse { ServiceDeploymentArn = request.ServiceDeploymentArn };
            },
            cancellation
        );

    private static (ServiceRecord Service, ServiceDeploymentRecord Deployment) RequireServiceDeployment(
        View view,
        string arn,
        CallContext context
    ) =>
        FindOfService(view, EcsTables.ServiceDeployments, Scope.Of(context), arn, "service-deployment")
        ?? throw EcsErrors.ServiceDeploymentNotFoundException("Service deployment not found.");

    /// <summary>Has the service's controller look at it.</summary>
    private static void Concern(Transaction transaction, ServiceRecord service) =>
        transaction.Put(
            EcsTables.ServiceRollouts,
            ServiceRolloutRecord.Of(transaction, service.Key) with
            {
                IsSteady = false,
            }
        );

    private static void CheckArns(IReadOnlyList<string>? arns, string what)
    {
        if (arns is not { Count: > 0 })
            throw EcsErrors.InvalidParameterException($"{what} cannot be empty.");
        if (arns.Count > MostServiceDeploymentsDescribed)
            throw EcsErrors.InvalidParameterException(
                $"{what} cannot have more than {MostServiceDeploymentsDescribed} items."
            );
    }

    // The resource of these ARNs is cluster/service/id, which is the key in the tables, too.
    private static (ServiceRecord Service, TRecord Record)? FindOfService<TRecord>(
        View view,
        Table<TRecord> table,
        Scope scope,
        string text,
        string type
    )
        where TRecord : class
    {
        if (
            !Arn.TryParse(text, out var arn)
            || arn.Service != "ecs"
            || arn.ResourceType != type
            || arn.ResourceName.Split('/') is not [var cluster, var name, _]
        )
            throw EcsErrors.InvalidParameterException("Invalid identifier: " + text);
        return
            new Scope(arn.AccountId, arn.Region) == scope
            && view.Find(EcsTables.Services, ServiceRecord.KeyOf(scope, cluster, name)) is { } service
            && view.Find(table, scope.Prefix + arn.ResourceName) is { } record
            ? (service, record)
            : null;
    }

    private static string? ClusterOf(string serviceNameOrArn) =>
        Arn.TryParse(serviceNameOrArn, out var arn) && arn.ResourceName.Split('/') is [var cluster, _] ? cluster : null;
}
