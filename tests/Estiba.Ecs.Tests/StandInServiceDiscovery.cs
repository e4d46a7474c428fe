using Estiba.Contracts;
using Estiba.Contracts.ServiceDiscovery;
using static Estiba.Contracts.ServiceDiscovery.ServiceDiscoveryErrors;

namespace Estiba.Ecs.Tests;

/// <summary>Cloud Map as far as ECS needs it: services that a test has made, and who is registered there.</summary>
internal sealed class StandInServiceDiscovery : IServiceDiscoveryApi
{
    internal Dictionary<string, StandInRegistry> Registries { get; } = [];

    /// <summary>What every call is answered; null for what it asks for.</summary>
    internal AwsException? Fault { get; set; }

    /// <summary>A service.</summary>
    internal string Add(string name = "web", bool isTold = true, params (string Type, int Ttl)[] records)
    {
        var arn = $"arn:aws:servicediscovery:eu-west-1:123456789012:service/srv-{name}";
        Registries[arn] = new StandInRegistry { IsTold = isTold, Records = records };
        return arn;
    }

    public Task<GetServiceResponse> GetServiceAsync(
        GetServiceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var its = Find(request.Id!, context);
        return Task.FromResult(
            new GetServiceResponse
            {
                Service = new Service
                {
                    Arn = request.Id,
                    HealthCheckCustomConfig = its.IsTold ? new HealthCheckCustomConfig { FailureThreshold = 1 } : null,
                    DnsConfig = new DnsConfig
                    {
                        DnsRecords =
                        [
                            .. its.Records.Select(record => new DnsRecord { Type = record.Type, TTL = record.Ttl }),
                        ],
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
        Find(request.ServiceId!, context).Instances[request.InstanceId!] = request.Attributes!;
        return Task.FromResult(new RegisterInstanceResponse { OperationId = "o" });
    }

    public Task<DeregisterInstanceResponse> DeregisterInstanceAsync(
        DeregisterInstanceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Find(request.ServiceId!, context).Instances.Remove(request.InstanceId!)
            ? Task.FromResult(new DeregisterInstanceResponse { OperationId = "o" })
            : throw InstanceNotFound("No instance exists with the specified ID.");

    public Task<UpdateInstanceCustomHealthStatusResponse> UpdateInstanceCustomHealthStatusAsync(
        UpdateInstanceCustomHealthStatusRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var its = Find(request.ServiceId!, context);
        if (!its.Instances.ContainsKey(request.InstanceId!))
            throw InstanceNotFound("No instance exists with the specified ID.");
        its.Told.Add(request.Status!);
        return Task.FromResult(new UpdateInstanceCustomHealthStatusResponse());
    }

    private StandInRegistry Find(string arn, CallContext context)
    {
        if (context.Service is { } service)
            service.ShouldBe("ecs.amazonaws.com");
        if (Fault is not null)
            throw Fault;
        return Registries.GetValueOrDefault(arn) ?? throw ServiceNotFound("No service exists with the specified ID.");
    }
}

/// <summary>A service of a <see cref="StandInServiceDiscovery"/>.</summary>
internal sealed class StandInRegistry
{
    internal required bool IsTold { get; init; }

    internal required IReadOnlyList<(string Type, int Ttl)> Records { get; init; }

    /// <summary>Who is registered, with what.</summary>
    internal Dictionary<string, IReadOnlyDictionary<string, string>> Instances { get; } = [];

    /// <summary>What was said of instances, in its order.</summary>
    internal List<string> Told { get; } = [];
}
