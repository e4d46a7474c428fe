using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.ServiceDiscovery;
using Estiba.Ecs.TaskDefinitions;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Ecs.ServiceRegistries;

/// <summary>What services need of Cloud Map, and what they may ask of it.</summary>
/// <param name="discovery">Cloud Map, called as <see cref="Service"/>: as with AWS's service-linked role, whoever makes
/// a service needs no permission for what that consists of.</param>
/// <param name="ids">Makes request ids.</param>
internal sealed class Registries(IServiceDiscoveryApi discovery, EcsIds ids)
{
    /// <summary>As whom Cloud Map is to be called.</summary>
    internal const string Service = "ecs.amazonaws.com";

    private const int MostRegistries = 1;
    private const string ServiceNotFound = "ServiceNotFound";

    /// <summary>What can be said of registries without looking at anything.</summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>, in ECS's words.</exception>
    internal static void Validate(IReadOnlyList<ServiceRegistry>? registries)
    {
        if (registries is not { Count: > 0 })
            return;
        if (registries.Count > MostRegistries)
            throw EcsErrors.InvalidParameterException($"service registries can have at most {MostRegistries} items.");
        foreach (var each in registries)
        {
            if (string.IsNullOrEmpty(each.RegistryArn))
                throw EcsErrors.InvalidParameterException("Registry ARN can not be blank.");
            if (
                !Arn.TryParse(each.RegistryArn, out var arn)
                || arn is not { Service: "servicediscovery", ResourceType: "service" }
            )
                throw EcsErrors.InvalidParameterException($"Invalid registry ARN: {each.RegistryArn}.");
            if (each is { Port: not null, ContainerPort: not null })
                throw EcsErrors.InvalidParameterException(
                    "Both port and containerPort cannot be specified for serviceRegistries. Specify one of them."
                );
        }
    }

    /// <summary>Refuses registries that are not there, and values that do not fit their records.</summary>
    /// <param name="registries">The registries.</param>
    /// <param name="networkMode">How the tasks' containers are on the network; null as in most definitions.</param>
    /// <param name="context">Who asks.</param>
    /// <param name="cancellation">The caller has left.</param>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>, in ECS's words.</exception>
    internal async Task CheckAsync(
        IReadOnlyList<ServiceRegistry>? registries,
        string? networkMode,
        CallContext context,
        CancellationToken cancellation
    )
    {
        foreach (var each in registries ?? [])
        {
            var found = await FindAsync(each.RegistryArn!, context, cancellation)
                ?? throw EcsErrors.InvalidParameterException(
                    $"The service registry {each.RegistryArn} does not exist."
                );
            var needsPort = found.HasPort;
            if (!needsPort && found.HasDns)
                RefuseValues(each);
            if (networkMode != NetworkMode.Awsvpc && needsPort)
                RequireContainer(each);
            if ((each.ContainerName is null) != (each.ContainerPort is null))
                throw EcsErrors.InvalidParameterException(
                    "The values 'containerName' and 'containerPort' for serviceRegistries must be specified together."
                );
        }
    }

    /// <summary>Refuses containers and ports that a definition does not have.</summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>, in ECS's words.</exception>
    internal static void CheckContainers(IReadOnlyList<ServiceRegistry>? registries, TaskDefinition definition)
    {
        foreach (var each in (registries ?? []).Where(its => its.ContainerName is not null))
        {
            var container = (definition.ContainerDefinitions ?? []).FirstOrDefault(its =>
                its.Name == each.ContainerName
            )
                ?? throw EcsErrors.InvalidParameterException(
                    $"The container {each.ContainerName} does not exist in the task definition."
                );
            if (!(container.PortMappings ?? []).Any(its => its.ContainerPort == each.ContainerPort))
                throw EcsErrors.InvalidParameterException(
                    $"The container {each.ContainerName} did not have a container port {each.ContainerPort} defined."
                );
        }
    }

    /// <summary>A registry; null when it is not there.</summary>
    internal async Task<Registry?> FindAsync(string arn, CallContext context, CancellationToken cancellation)
    {
        try
        {
            var answer = await discovery.GetServiceAsync(new GetServiceRequest { Id = arn }, context, cancellation);
            var records = answer.Service!.DnsConfig?.DnsRecords ?? [];
            return new Registry(
                answer.Service.HealthCheckCustomConfig is not null,
                records.Count > 0,
                records.Any(record => record.Type == RecordType.Srv),
                TimeSpan.FromSeconds(records.Select(record => record.TTL ?? 0).DefaultIfEmpty().Max())
            );
        }
        catch (AwsException gone) when (gone.Code == ServiceNotFound)
        {
            return null;
        }
    }

    /// <summary>Registers a task; one that is registered already gets the new attributes.</summary>
    internal Task RegisterAsync(
        string arn,
        string task,
        IReadOnlyDictionary<string, string> attributes,
        CallContext context,
        CancellationToken cancellation
    ) =>
        discovery.RegisterInstanceAsync(
            new RegisterInstanceRequest
            {
                ServiceId = arn,
                InstanceId = task,
                Attributes = attributes,
                CreatorRequestId = ids.Unique(),
            },
            context,
            cancellation
        );

    /// <summary>Says how a task is.</summary>
    /// <returns>Whether the registry has it.</returns>
    internal async Task<bool> TellAsync(
        string arn,
        string task,
        bool isHealthy,
        CallContext context,
        CancellationToken cancellation
    )
    {
        try
        {
            await discovery.UpdateInstanceCustomHealthStatusAsync(
                new UpdateInstanceCustomHealthStatusRequest
                {
                    ServiceId = arn,
                    InstanceId = task,
                    Status = isHealthy ? CustomHealthStatus.Healthy : CustomHealthStatus.Unhealthy,
                },
                context,
                cancellation
            );
            return true;
        }
        catch (AwsException gone) when (gone.Code is ServiceNotFound or "InstanceNotFound")
        {
            return false;
        }
    }

    /// <summary>Takes a task off; one that is not there is as good.</summary>
    /// <returns>Whether it was there.</returns>
    internal async Task<bool> DeregisterAsync(
        string arn,
        string task,
        CallContext context,
        CancellationToken cancellation
    )
    {
        try
        {
            var request = new DeregisterInstanceRequest { ServiceId = arn, InstanceId = task };
            await discovery.DeregisterInstanceAsync(request, context, cancellation);
            return true;
        }
        catch (AwsException gone) when (gone.Code is ServiceNotFound or "InstanceNotFound")
        {
            return false;
        }
    }

    /// <summary>The context of a controller's calls for a service.</summary>
    internal CallContext ContextOf(Scope scope, string serviceArn) =>
        new()
        {
            AccountId = scope.AccountId,
            Region = scope.Region,
            PrincipalArn = Service,
            AccessKeyId = "",
            RequestId = ids.Unique(),
            Service = Service,
            SourceArn = serviceArn,
        };

    private static void RefuseValues(ServiceRegistry registry)
    {
        var given =
            registry.Port is not null ? "port"
            : registry.ContainerPort is not null ? "containerPort"
            : registry.ContainerName is not null ? "containerName"
            : null;
        if (given is not null)
            throw EcsErrors.InvalidParameterException(
                $"The values specified for serviceRegistries do not require a value for '{given}'. Remove the value "
                    + "and retry."
            );
    }

    private static void RequireContainer(ServiceRegistry registry)
    {
        if (registry.ContainerName is null || registry.ContainerPort is null)
            throw EcsErrors.InvalidParameterException(
                "When specifying 'host' or 'bridge' networking mode, values for 'containerName' and 'containerPort' "
                    + "must be specified from the task definition."
            );
    }
}

/// <summary>What ECS needs to know of a service of Cloud Map.</summary>
/// <param name="IsTold">Whether it is told how its instances are.</param>
/// <param name="HasDns">Whether DNS is asked for it.</param>
/// <param name="HasPort">Whether its instances have ports in DNS.</param>
/// <param name="Remembered">How long answers of name servers may be remembered.</param>
internal sealed record Registry(bool IsTold, bool HasDns, bool HasPort, TimeSpan Remembered);
