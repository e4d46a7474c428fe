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

    /// <summary>The names of namespaces, by ARN.</summary>
    internal Dictionary<string, string> Namespaces { get; } = [];

    /// <summary>The names of services that ECS has made, by ARN.</summary>
    internal Dictionary<string, string> Managed { get; } = [];

    /// <summary>A namespace.</summary>
    internal string AddNamespace(string name)
    {
        var arn = $"arn:aws:servicediscovery:eu-west-1:123456789012:namespace/ns-{name}";
        Namespaces[arn] = name;
        return arn;
    }

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

    public Task<ListNamespacesResponse> ListNamespacesAsync(
        ListNamespacesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Check(context);
        var name = request.Filters!.Single().Values!.Single();
        return Task.FromResult(
            new ListNamespacesResponse
            {
                Namespaces =
                [
                    .. Namespaces
                        .Where(its => its.Value == name)
                        .Select(its => new NamespaceSummary
                        {
                            Arn = its.Key,
                            Name = its.Value,
                            Type = NamespaceType.Http,
                        }),
                ],
            }
        );
    }

    public Task<GetNamespaceResponse> GetNamespaceAsync(
        GetNamespaceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Check(context);
        return Namespaces.TryGetValue(request.Id!, out var name)
            ? Task.FromResult(
                new GetNamespaceResponse
                {
                    Namespace = new Namespace { Arn = request.Id, Name = name },
                }
            )
            : throw NamespaceNotFound("No namespace exists with the specified ID.");
    }

    public Task<CreateHttpNamespaceResponse> CreateHttpNamespaceAsync(
        CreateHttpNamespaceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Check(context);
        AddNamespace(request.Name!);
        return Task.FromResult(new CreateHttpNamespaceResponse { OperationId = "o" });
    }

    public Task<GetOperationResponse> GetOperationAsync(
        GetOperationRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) => Task.FromResult(new GetOperationResponse { Operation = new Operation { Status = OperationStatus.Success } });

    public Task<CreateServiceResponse> CreateServiceAsync(
        CreateServiceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Check(context);
        var arn = Add($"{request.NamespaceId}-{request.Name}", isTold: false);
        Managed[arn] = request.Name!;
        return Task.FromResult(new CreateServiceResponse { Service = new Service { Arn = arn } });
    }

    public Task<ListServicesResponse> ListServicesAsync(
        ListServicesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Check(context);
        var its = request.Filters!.Single().Values!.Single();
        return Task.FromResult(
            new ListServicesResponse
            {
                Services =
                [
                    .. Registries
                        .Keys.Where(arn => arn.Contains($"/srv-{its}-", StringComparison.Ordinal))
                        .Select(arn => new ServiceSummary { Arn = arn, Name = arn[(arn.LastIndexOf('-') + 1)..] }),
                ],
            }
        );
    }

    public Task<ListTagsForResourceResponse> ListTagsForResourceAsync(
        ListTagsForResourceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    ) =>
        Task.FromResult(
            new ListTagsForResourceResponse
            {
                Tags = Managed.ContainsKey(request.ResourceARN!)
                    ? [new Tag { Key = "AmazonECSManaged", Value = "true" }]
                    : [],
            }
        );

    public Task<DeleteServiceResponse> DeleteServiceAsync(
        DeleteServiceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (Find(request.Id!, context).Instances.Count > 0)
            throw ResourceInUse("The service has instances.");
        Registries.Remove(request.Id!);
        return Task.FromResult(new DeleteServiceResponse());
    }

    private void Check(CallContext context)
    {
        if (context.Service is { } service)
            service.ShouldBe("ecs.amazonaws.com");
        if (Fault is not null)
            throw Fault;
    }

    private StandInRegistry Find(string arn, CallContext context)
    {
        Check(context);
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
