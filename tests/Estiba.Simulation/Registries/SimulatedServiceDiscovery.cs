using Estiba.Contracts;
using Estiba.Contracts.ServiceDiscovery;
using static Estiba.Contracts.ServiceDiscovery.ServiceDiscoveryErrors;

namespace Estiba.Simulation.Registries;

/// <summary>
/// Cloud Map: one service with instances, and calls that fail now and then, before they have done something or after
/// it. It lives on when the server is killed.
/// </summary>
internal sealed class SimulatedServiceDiscovery(World world) : IServiceDiscoveryApi
{
    /// <summary>The ARN of the service.</summary>
    internal const string RegistryArn = "arn:aws:servicediscovery:eu-west-1:123456789012:service/srv-web";

    private const int TimeToLive = 15;

    private readonly Dictionary<string, bool> _instances = new(StringComparer.Ordinal);

    /// <summary>The instances that name servers tell, and whether each is said to be healthy.</summary>
    internal IReadOnlyDictionary<string, bool> Instances => _instances;

    public Task<GetServiceResponse> GetServiceAsync(
        GetServiceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        // A customer whose request needs it would see the failure as the server's own.
        if (context.SourceArn is not null)
            MayFail();
        return Task.FromResult(
            new GetServiceResponse
            {
                Service = new Service
                {
                    Arn = request.Id,
                    HealthCheckCustomConfig = new HealthCheckCustomConfig { FailureThreshold = 1 },
                    DnsConfig = new DnsConfig
                    {
                        DnsRecords = [new DnsRecord { Type = RecordType.Srv, TTL = TimeToLive }],
                    },
                },
            }
        );
    }

    public Task<RegisterInstanceResponse> RegisterInstanceAsync(
        RegisterInstanceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        MayFail();
        var isHealthy = !(
            request.Attributes!.TryGetValue("AWS_INIT_HEALTH_STATUS", out var status)
            && status == CustomHealthStatus.Unhealthy
        );
        _instances[request.InstanceId!] = isHealthy;
        world.Tell("map", $"{world.History.Brief(request.InstanceId!)} is registered");
        MayFail();
        return Task.FromResult(new RegisterInstanceResponse { OperationId = "o" });
    }

    public Task<DeregisterInstanceResponse> DeregisterInstanceAsync(
        DeregisterInstanceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        MayFail();
        if (!_instances.Remove(request.InstanceId!))
            throw InstanceNotFound("No instance exists with the specified ID.");
        world.Tell("map", $"{world.History.Brief(request.InstanceId!)} is deregistered");
        MayFail();
        return Task.FromResult(new DeregisterInstanceResponse { OperationId = "o" });
    }

    public Task<UpdateInstanceCustomHealthStatusResponse> UpdateInstanceCustomHealthStatusAsync(
        UpdateInstanceCustomHealthStatusRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        MayFail();
        if (!_instances.ContainsKey(request.InstanceId!))
            throw InstanceNotFound("No instance exists with the specified ID.");
        _instances[request.InstanceId!] = request.Status == CustomHealthStatus.Healthy;
        MayFail();
        return Task.FromResult(new UpdateInstanceCustomHealthStatusResponse());
    }

    private void MayFail()
    {
        if (!world.IsCalm && world.Random.Next(40) == 0)
            throw new AwsException("InternalFailure", "An internal error occurred", 500);
    }
}
