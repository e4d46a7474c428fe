using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Clusters;
using Estiba.Ecs.Idempotency;
using Estiba.Ecs.LoadBalancers;
using Estiba.Ecs.ServiceConnect;
using Estiba.Ecs.ServiceRegistries;
using Estiba.Ecs.Services;
using Estiba.Ecs.Services.Deployments;
using Estiba.Ecs.Tagging;
using Estiba.Ecs.TaskDefinitions;
using Estiba.Ecs.Tasks;
using Estiba.State;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Ecs;

/// <content>Services: each operation writes down what is wanted; <see cref="ServiceReconciler"/> makes it so.</content>
public sealed partial class EcsApi
{
    private const int MostServicesDescribed = 10;

    /// <summary>As many are listed in a page unless more are asked for.</summary>
    private const int UsualServicesListed = 10;

    /// <inheritdoc />
    public async Task<CreateServiceResponse> CreateServiceAsync(
        CreateServiceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        ServiceRequests.Validate(request);
        Registries.Validate(request.ServiceRegistries);
        await CheckTargetGroupsAsync(request.LoadBalancers, request.TaskDefinition, context, cancellation);
        await CheckRegistriesAsync(request.ServiceRegistries, request.TaskDefinition, context, cancellation);
        var connect = await ConnectAsync(request, context, cancellation);
        return await _store.CommitAsync(
            transaction =>
            {
                var scope = Scope.Of(context);
                var cluster = ClusterNames.Require(transaction, scope, request.Cluster);
                var token = new ClientToken(cluster, "CreateService", request.ClientToken);
                if (Repeated(transaction, cluster, token, request) is { } earlier)
                    return new CreateServiceResponse { Service = ServiceDescription.Of(transaction, earlier) };

                var definition = request.TaskDefinition is { } named
                    ? TaskDefinitionNames.Require(transaction, scope, named)
                    : null;
                if (definition is not null)
                {
                    TargetGroups.CheckContainers(request.LoadBalancers, definition.Definition);
                    Registries.CheckContainers(request.ServiceRegistries, definition.Definition);
                    TaskRequests.ValidateLaunchType(definition.Definition, request.LaunchType);
                    TaskRequests.ValidateNetwork(definition.Definition, request.NetworkConfiguration);
                    TaskRequests.RequireRoleForCommands(
                        request.EnableExecuteCommand,
                        definition.Definition,
                        overrides: null,
                        "service couldn't be created"
                    );
                }

                var before = transaction.Find(
                    EcsTables.Services,
                    ServiceRecord.KeyOf(scope, cluster.Name, request.ServiceName!)
                );
                if (before is { Status: ServiceStatus.Active })
                    throw NotIdempotent();
                if (before is { Status: ServiceStatus.Draining })
                    throw EcsErrors.InvalidParameterException("Unable to Start a service that is still Draining.");

                var strategy = MayLackTaskDefinition(request)
                    ? []
                    : ClusterCapacity.StrategyOf(cluster, request.LaunchType, request.CapacityProviderStrategy);
                ServiceRequests.ValidateCapacity(request.SchedulingStrategy, strategy, "create");
                var service = new ServiceRecord
                {
                    Scope = scope,
                    Cluster = cluster.Name,
                    Name = request.ServiceName!,
                    Status = ServiceStatus.Active,
                    DesiredCount = request.DesiredCount
                        ?? (
                            MayLackCount(request)
                                ? 0
                                : throw EcsErrors.InvalidParameterException(
                                    "desiredCount must be specified for the scheduling strategy REPLICA."
                                )
                        ),
                    CreatedAt = Now,
                    CreatedBy = context.PrincipalArn,
                    Settings = SettingsOf(request, context, strategy),
                    ServiceConnect = connect,
                    Tags = Tags.Merge([], request.Tags),
                };
                if (connect is not null)
                    Connect(transaction, connect, service.Key);
                token.Remember(transaction, request, [service.Name], service.CreatedAt);
                ServiceEvents.Clear(transaction, service.Key);
                transaction.Put(EcsTables.Services, service);
                transaction.Put(EcsTables.ServiceRollouts, new ServiceRolloutRecord { ServiceKey = service.Key });
                var edit = new ServiceEdit(transaction, service, _ids, Now);
                if (definition is not null)
                    ServiceDeployments.Begin(edit, definition);
                edit.Save();
                return new CreateServiceResponse { Service = ServiceDescription.Of(transaction, edit.Service) };
            },
            cancellation
        );
    }

    /// <inheritdoc />
    public async Task<UpdateServiceResponse> UpdateServiceAsync(
        UpdateServiceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        ServiceRequests.Validate(request);
        Registries.Validate(request.ServiceRegistries);
        await CheckTargetGroupsAsync(request.LoadBalancers, request.TaskDefinition, context, cancellation);
        await CheckRegistriesAsync(request.ServiceRegistries, request.TaskDefinition, context, cancellation);
        var connect = await ConnectAsync(request, context, cancellation);
        return await _store.CommitAsync(
            transaction =>
            {
                var scope = Scope.Of(context);
                var cluster = ClusterNames.Require(transaction, scope, request.Cluster);
                var service = RequireService(transaction, cluster, request.Service!);
                if (service.Status != ServiceStatus.Active)
                    throw EcsErrors.ServiceNotActiveException("Service was not ACTIVE.");
                ServiceRequests.ValidateFor(service, request);

                var settings = ServiceUpdate.Apply(service.Settings, request);
                if (request.CapacityProviderStrategy is { } given)
                {
                    var strategy = ClusterCapacity.StrategyOf(cluster, launchType: null, given);
                    ServiceRequests.ValidateCapacity(settings.SchedulingStrategy, strategy, "update");
                    settings = ServiceUpdate.WithCapacity(settings, strategy);
                }
                var edit = new ServiceEdit(transaction, service, _ids, Now)
                {
                    Service = service with
                    {
                        DesiredCount = request.DesiredCount ?? service.DesiredCount,
                        Settings = settings,
                    },
                };
                edit.Rollout = edit.Rollout with { IsSteady = false };

                var definition = request.TaskDefinition is { } named
                    ? TaskDefinitionNames.Require(transaction, scope, named)
                    : null;
                if (
                    (definition ?? (request.LoadBalancers is null ? null : CurrentDefinition())) is { } balanced
                    && !service.IsExternal
                )
                    TargetGroups.CheckContainers(settings.LoadBalancers, balanced.Definition);
                if (
                    (definition ?? (request.ServiceRegistries is null ? null : CurrentDefinition())) is { } registered
                    && !service.IsExternal
                )
                    Registries.CheckContainers(settings.ServiceRegistries, registered.Definition);
                if ((definition ?? (request.NetworkConfiguration is null ? null : CurrentDefinition())) is { } runs)
                    TaskRequests.ValidateNetwork(runs.Definition, settings.NetworkConfiguration);
                if (
                    (
                        definition
                        ?? (service.IsExternal || request.EnableExecuteCommand != true ? null : CurrentDefinition())
                    ) is
                    { } executes
                )
                    TaskRequests.RequireRoleForCommands(
                        settings.EnableExecuteCommand,
                        executes.Definition,
                        overrides: null,
                        "service couldn't be updated"
                    );
                if (
                    (connect ?? service.ServiceConnect) is { } connection
                    && (definition ?? (connect is null ? null : CurrentDefinition())) is { } connects
                )
                {
                    connection = ServiceConnectPorts.Resolve(connection, connects.Definition);
                    Connect(transaction, connection, service.Key);
                    edit.Service = edit.Service with { ServiceConnect = connection };
                }
                if (
                    request.ForceNewDeployment == true
                    || (
                        definition is not null
                        && (definition.Family, definition.Revision)
                            != (edit.Rollout.Primary.Family, edit.Rollout.Primary.Revision)
                    )
                    || ServiceUpdate.NeedsDeployment(request)
                )
                {
                    ServiceDeployments.Begin(
                        edit,
                        definition
                            ?? CurrentDefinition()
                            ?? throw EcsErrors.ClientException("TaskDefinition not found.")
                    );
                }

                edit.Save();
                return new UpdateServiceResponse { Service = ServiceDescription.Of(transaction, edit.Service) };

                TaskDefinitionRecord? CurrentDefinition() =>
                    transaction.Find(
                        EcsTables.TaskDefinitions,
                        TaskDefinitionRecord.KeyOf(scope, edit.Rollout.Primary.Family, edit.Rollout.Primary.Revision)
                    );
            },
            cancellation
        );
    }

    /// <inheritdoc />
    public Task<DescribeServicesResponse> DescribeServicesAsync(
        DescribeServicesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var view = _store.Current;
        var names = NamedItems.Require(request.Services, MostServicesDescribed, "Services", "service names");
        var cluster = ClusterNames.Require(view, Scope.Of(context), request.Cluster);
        var withTags = request.Include?.Contains(ServiceField.Tags) ?? false;
        var (found, failures) = NamedItems.Describe(
            names,
            name =>
                FindService(view, cluster, name) is { } service ? ServiceDescription.Of(view, service, withTags) : null,
            name => cluster.Scope.Arn($"service/{cluster.Name}/{name}")
        );
        return Task.FromResult(new DescribeServicesResponse { Services = found, Failures = failures });
    }

    /// <inheritdoc />
    public Task<ListServicesResponse> ListServicesAsync(
        ListServicesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var view = _store.Current;
        var cluster = ClusterNames.Require(view, Scope.Of(context), request.Cluster);
        var services = view.Range(
                EcsTables.Services,
                cluster.Key + "/",
                Paging.After(request.NextToken, request, context)
            )
            .Where(service =>
                service.Status != ServiceStatus.Inactive
                && (request.LaunchType is null || service.Settings.LaunchType == request.LaunchType)
                && (
                    request.SchedulingStrategy is null
                    || service.Settings.SchedulingStrategy == request.SchedulingStrategy
                )
                && request.ResourceManagementType is null or ResourceManagementType.Customer
            ); // There are no Express services, whose resources ECS manages.

        var (page, next) = PagingToken.Cut(
            services,
            request.MaxResults is null ? UsualServicesListed : Paging.Size(request.MaxResults),
            service => service.Key,
            request,
            context
        );
        return Task.FromResult(
            new ListServicesResponse { ServiceArns = [.. page.Select(service => service.Arn)], NextToken = next }
        );
    }

    /// <inheritdoc />
    public async Task<ListServicesByNamespaceResponse> ListServicesByNamespaceAsync(
        ListServicesByNamespaceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var after = Paging.After(request.NextToken, request, context);
        var its = await _namespaces.RequireAsync(request.Namespace!, context, cancellation);
        var (page, next) = PagingToken.Cut(
            _store
                .Current.Where(EcsTables.Services, EcsTables.ServicesOfNamespace, its.Arn)
                .OrderBy(service => service.Key, StringComparer.Ordinal)
                .Where(service => after is null || string.CompareOrdinal(service.Key, after) > 0),
            request.MaxResults is null ? UsualServicesListed : Paging.Size(request.MaxResults),
            service => service.Key,
            request,
            context
        );
        return new ListServicesByNamespaceResponse
        {
            ServiceArns = [.. page.Select(service => service.Arn)],
            NextToken = next,
        };
    }

    /// <inheritdoc />
    public Task<DeleteServiceResponse> DeleteServiceAsync(
        DeleteServiceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        _store.CommitAsync(
            transaction =>
            {
                var cluster = ClusterNames.Require(transaction, Scope.Of(context), request.Cluster);
                var service = RequireService(transaction, cluster, request.Service!);
                if (service.Status == ServiceStatus.Inactive)
                    throw EcsErrors.ServiceNotFoundException("Service not found.");
                if (ServiceRolloutRecord.Of(transaction, service.Key).TaskSets.Count > 0 && request.Force != true)
                    throw EcsErrors.InvalidParameterException(
                        "The service cannot be deleted while it has task sets. Delete them or use force."
                    );
                if (service is { DesiredCount: > 0, IsDaemon: false } && request.Force != true)
                    throw EcsErrors.InvalidParameterException(
                        "The service cannot be stopped while it is scaled above 0."
                    );

                var draining = service with { Status = ServiceStatus.Draining, DesiredCount = 0 };
                transaction.Put(EcsTables.Services, draining);
                return new DeleteServiceResponse { Service = ServiceDescription.Of(transaction, draining) };
            },
            cancellation
        );

    private Task CheckTargetGroupsAsync(
        IReadOnlyList<LoadBalancer>? loadBalancers,
        string? taskDefinition,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var definition =
            loadBalancers is { Count: > 0 } && taskDefinition is not null
                ? TaskDefinitionNames.Require(_store.Current, Scope.Of(context), taskDefinition)
                : null;
        return _targetGroups.CheckAsync(
            loadBalancers,
            definition is null ? null : TargetGroups.NetworkModeOf(definition),
            context,
            cancellation
        );
    }

    private Task CheckRegistriesAsync(
        IReadOnlyList<ServiceRegistry>? registries,
        string? taskDefinition,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var definition =
            registries is { Count: > 0 } && taskDefinition is not null
                ? TaskDefinitionNames.Require(_store.Current, Scope.Of(context), taskDefinition)
                : null;
        return _registries.CheckAsync(
            registries,
            definition is null ? null : TargetGroups.NetworkModeOf(definition),
            context,
            cancellation
        );
    }

    // What the commit would refuse makes nothing in Cloud Map.
    private Task<ServiceConnectSettings?> ConnectAsync(
        CreateServiceRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var (view, scope) = (_store.Current, Scope.Of(context));
        if (request is not { ServiceConnectConfiguration: { } configuration, TaskDefinition: { } named })
            return Task.FromResult<ServiceConnectSettings?>(null);
        var cluster = ClusterNames.Require(view, scope, request.Cluster);
        var key = ServiceRecord.KeyOf(scope, cluster.Name, request.ServiceName!);
        var definition = TaskDefinitionNames.Require(view, scope, named).Definition;
        return view.Find(EcsTables.Services, key) is { Status: not ServiceStatus.Inactive } existing
            ? Task.FromResult(existing.ServiceConnect)
            : _connections.PrepareAsync(configuration, cluster, key, definition, context, cancellation);
    }

    private Task<ServiceConnectSettings?> ConnectAsync(
        UpdateServiceRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var (view, scope) = (_store.Current, Scope.Of(context));
        if (request.ServiceConnectConfiguration is not { } configuration)
            return Task.FromResult<ServiceConnectSettings?>(null);
        var cluster = ClusterNames.Require(view, scope, request.Cluster);
        var service = RequireService(view, cluster, request.Service!);
        ServiceRequests.ValidateFor(service, request);
        var definition =
            request.TaskDefinition is { } named ? TaskDefinitionNames.Require(view, scope, named)
            : ServiceRolloutRecord.Of(view, service.Key).Deployments is [var primary, ..]
                ? view.Find(
                    EcsTables.TaskDefinitions,
                    TaskDefinitionRecord.KeyOf(scope, primary.Family, primary.Revision)
                )
            : null;
        return definition is null || service.Status != ServiceStatus.Active
            ? Task.FromResult<ServiceConnectSettings?>(null)
            : _connections.PrepareAsync(
                configuration,
                cluster,
                service.Key,
                definition.Definition,
                context,
                cancellation
            );
    }

    // Somebody else may have taken a name since it was looked at.
    private static void Connect(Transaction transaction, ServiceConnectSettings settings, string serviceKey)
    {
        ServiceConnections.RequireFree(transaction, settings, serviceKey);
        ServiceConnectName.Ensure(transaction, settings);
    }

    /// <summary>
    /// The service that an earlier request with the same token created; null when there was none, or when it has been
    /// deleted: a token ends with its service.
    /// </summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>: the token belongs to a request with other
    /// parameters.</exception>
    private ServiceRecord? Repeated(View view, ClusterRecord cluster, ClientToken token, CreateServiceRequest request)
    {
        if (
            token.Find(view, Now) is not { } earlier
            || view.Find(EcsTables.Services, ServiceRecord.KeyOf(cluster.Scope, cluster.Name, earlier.Made[0]))
                is not { Status: ServiceStatus.Active } service
        )
            return null;

        // Another service may have the name by now.
        if (service.CreatedAt != earlier.CreatedAt)
            return null;
        return earlier.IsOf(request) ? service : throw NotIdempotent();
    }

    private static AwsException NotIdempotent() =>
        EcsErrors.InvalidParameterException("Creation of service was not idempotent.");

    private static ServiceRecord RequireService(View view, ClusterRecord cluster, string nameOrArn) =>
        FindService(view, cluster, nameOrArn) ?? throw EcsErrors.ServiceNotFoundException("Service not found.");

    private static ServiceRecord? FindService(View view, ClusterRecord cluster, string nameOrArn) =>
        ClusterNames.NameWithin(cluster, "service", nameOrArn) is { } name
            ? view.Find(EcsTables.Services, ServiceRecord.KeyOf(cluster.Scope, cluster.Name, name))
            : null;

    // The instances say how many tasks a daemon has, and task sets may come before the count.
    private static bool MayLackCount(CreateServiceRequest request) =>
        request.SchedulingStrategy == SchedulingStrategy.Daemon || MayLackTaskDefinition(request);

    private static bool MayLackTaskDefinition(CreateServiceRequest request) =>
        request.DeploymentController?.Type == DeploymentControllerType.External;

    private static bool CanBeBalanced(CreateServiceRequest request) =>
        ZoneBalance.IsPossible(
            request.SchedulingStrategy,
            request.DeploymentController?.Type,
            request.DeploymentConfiguration,
            request.PlacementStrategy
        );

    private static Service SettingsOf(
        CreateServiceRequest request,
        CallContext context,
        IReadOnlyList<CapacityProviderStrategyItem> strategy
    ) =>
        new()
        {
            AvailabilityZoneRebalancing = request.AvailabilityZoneRebalancing
                ?? (
                    CanBeBalanced(request) ? AvailabilityZoneRebalancing.Enabled : AvailabilityZoneRebalancing.Disabled
                ),
            DeploymentConfiguration = ServiceUpdate.WithDefaults(
                request.DeploymentConfiguration,
                request.SchedulingStrategy == SchedulingStrategy.Daemon
            ),
            DeploymentController = request.DeploymentController
                ?? new DeploymentController { Type = DeploymentControllerType.Ecs },
            EnableECSManagedTags = request.EnableECSManagedTags ?? false,
            EnableExecuteCommand = request.EnableExecuteCommand ?? false,
            HealthCheckGracePeriodSeconds = request.HealthCheckGracePeriodSeconds
                ?? (request.LoadBalancers is { Count: > 0 } ? 0 : null),
            CapacityProviderStrategy = strategy.Count > 0 ? strategy : null,
            LaunchType =
                MayLackTaskDefinition(request) || strategy.Count > 0 ? null : request.LaunchType ?? LaunchType.Ec2,
            LoadBalancers = request.LoadBalancers ?? [],
            NetworkConfiguration = TaskRequests.Network(request.NetworkConfiguration),
            PlacementConstraints = request.PlacementConstraints ?? [],
            PlacementStrategy = request.PlacementStrategy ?? [],
            PlatformVersion = request.PlatformVersion,
            PropagateTags = request.PropagateTags ?? PropagateTags.None,
            RoleArn =
                request.Role is { } role && !Arn.IsArn(role)
                    ? $"arn:{Arn.PartitionOf(context.Region)}:iam::{context.AccountId}:role/{role}"
                    : request.Role,
            SchedulingStrategy = request.SchedulingStrategy ?? SchedulingStrategy.Replica,
            ServiceRegistries = request.ServiceRegistries ?? [],
        };
}
