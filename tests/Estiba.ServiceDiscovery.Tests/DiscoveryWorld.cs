using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.Contracts.Route53;
using Estiba.Contracts.ServiceDiscovery;
using Estiba.Dns.Names;
using Estiba.Hosting;
using Estiba.Hosting.Calls;
using Estiba.Hosting.Controllers;
using Estiba.State;
using Estiba.State.Journals;
using Microsoft.Extensions.Time.Testing;
using Instance = Estiba.Contracts.Ec2.Instance;

namespace Estiba.ServiceDiscovery.Tests;

/// <summary>
/// The service with a store in memory and a clock that stands still; operations end when a test says.
/// </summary>
internal sealed class DiscoveryWorld : IAsyncDisposable
{
    public const string Vpc = "vpc-1";

    private readonly MemoryJournal _journal = new();
    private ModuleRunner _modules = null!;

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 5, 6, 7, 8, 9, TimeSpan.Zero));

    public Store Store { get; private set; } = null!;

    public IServiceDiscoveryApi Api { get; private set; } = null!;

    public IRoute53Api Route53 { get; private set; } = null!;

    public NameSources Names { get; private set; } = null!;

    public static CallContext Context { get; } = In("111122223333", "eu-west-1");

    public static CallContext In(string account, string region) =>
        new()
        {
            AccountId = account,
            Region = region,
            PrincipalArn = $"arn:aws:iam::{account}:root",
            AccessKeyId = "AKIAEXAMPLE",
            RequestId = "request",
        };

    public static async Task<DiscoveryWorld> CreateAsync()
    {
        var world = new DiscoveryWorld();
        await world.OpenAsync();
        return world;
    }

    /// <summary>The platform stops and starts again on the same data.</summary>
    public async Task RestartAsync()
    {
        await CloseAsync();
        await OpenAsync();
    }

    /// <summary>Lets what is under way end.</summary>
    public async Task SettleAsync()
    {
        var controller = _modules.Controllers.ShouldHaveSingleItem();
        foreach (var key in controller.AtStart(Store.Current).ToList())
            await controller.Reconciler.ReconcileAsync(key, CancellationToken.None);
    }

    /// <summary>Forgets what is old.</summary>
    public Task SweepAsync() => _modules.Chores.ShouldHaveSingleItem().RunAsync(CancellationToken.None);

    /// <summary>A namespace of DNS, once it is there; its id.</summary>
    public async Task<string> PrivateAsync(string name = "app.local", long? ttl = null)
    {
        var request = new CreatePrivateDnsNamespaceRequest
        {
            Name = name,
            Vpc = Vpc,
            Properties = ttl is null
                ? null
                : new PrivateDnsNamespaceProperties
                {
                    DnsProperties = new PrivateDnsPropertiesMutable { SOA = new SOA { TTL = ttl } },
                },
        };
        return await EndAsync((await Api.CreatePrivateDnsNamespaceAsync(request, Context)).OperationId!);
    }

    /// <summary>A namespace without DNS, once it is there; its id.</summary>
    public async Task<string> HttpAsync(string name = "app") =>
        await EndAsync(
            (await Api.CreateHttpNamespaceAsync(new CreateHttpNamespaceRequest { Name = name }, Context)).OperationId!
        );

    /// <summary>A service of a namespace of DNS; its id.</summary>
    public async Task<string> ServiceAsync(
        string namespaceId,
        string name = "web",
        string? policy = null,
        bool health = true,
        params (string Type, long Ttl)[] records
    )
    {
        var request = new CreateServiceRequest
        {
            Name = name,
            NamespaceId = namespaceId,
            HealthCheckCustomConfig = health ? new HealthCheckCustomConfig { FailureThreshold = 1 } : null,
            DnsConfig =
                records.Length == 0
                    ? null
                    : new DnsConfig
                    {
                        RoutingPolicy = policy,
                        DnsRecords = [.. records.Select(each => new DnsRecord { Type = each.Type, TTL = each.Ttl })],
                    },
        };
        return (await Api.CreateServiceAsync(request, Context)).Service!.Id!;
    }

    public Task<RegisterInstanceResponse> RegisterAsync(
        string service,
        string id,
        params (string Key, string Value)[] attributes
    ) =>
        Api.RegisterInstanceAsync(
            new RegisterInstanceRequest
            {
                ServiceId = service,
                InstanceId = id,
                Attributes = attributes.ToDictionary(each => each.Key, each => each.Value),
            },
            Context
        );

    public Task AddressAsync(string service, string id, string address) =>
        RegisterAsync(service, id, ("AWS_INSTANCE_IPV4", address));

    public Task DeregisterAsync(string service, string id) =>
        Api.DeregisterInstanceAsync(new DeregisterInstanceRequest { ServiceId = service, InstanceId = id }, Context);

    public Task TellAsync(string service, string id, string status) =>
        Api.UpdateInstanceCustomHealthStatusAsync(
            new UpdateInstanceCustomHealthStatusRequest
            {
                ServiceId = service,
                InstanceId = id,
                Status = status,
            },
            Context
        );

    public async Task<Operation> OperationAsync(string id) =>
        (await Api.GetOperationAsync(new GetOperationRequest { OperationId = id }, Context)).Operation!;

    public async Task<Namespace> NamespaceAsync(string id) =>
        (await Api.GetNamespaceAsync(new GetNamespaceRequest { Id = id }, Context)).Namespace!;

    /// <summary>An error's code and message.</summary>
    public static async Task<(string Code, string Message)> ErrorOfAsync(Func<Task> call)
    {
        var error = await call.ShouldThrowAsync<AwsException>();
        return (error.Code, error.Message);
    }

    public async ValueTask DisposeAsync() => await CloseAsync();

    private async Task<string> EndAsync(string operation)
    {
        await SettleAsync();
        return (await OperationAsync(operation)).Targets!["NAMESPACE"];
    }

    private async Task OpenAsync()
    {
        Module[] modules = [new ApiModule<IEc2Api>("Amazon EC2", new StandInEc2()), new ServiceDiscoveryModule()];
        Store = await Store.OpenAsync(_journal, ModuleRunner.TablesOf(modules));
        var host = new ModuleHost
        {
            Store = Store,
            Time = Time,
            Random = new Random(1),
        };
        Names = new NameSources();
        host.Share(Names);
        _modules = await ModuleRunner.OpenAsync(modules, host);
        Api = _modules.Neighbour<IServiceDiscoveryApi>(CallPrincipal.Caller);
        Route53 = _modules.Neighbour<IRoute53Api>(CallPrincipal.Caller);
    }

    private async Task CloseAsync()
    {
        await _modules.DisposeAsync();
        await Store.DisposeAsync();
    }

    /// <summary>EC2 with one VPC and one instance.</summary>
    private sealed class StandInEc2 : IEc2Api
    {
        public Task<DescribeVpcsResult> DescribeVpcsAsync(
            DescribeVpcsRequest request,
            CallContext context,
            CancellationToken cancellation = default
        ) =>
            Task.FromResult(
                new DescribeVpcsResult
                {
                    Vpcs =
                        request.Filters!.Single().Values!.Single() == Vpc
                            ? [new Contracts.Ec2.Vpc { VpcId = Vpc }]
                            : [],
                }
            );

        public Task<DescribeInstancesResult> DescribeInstancesAsync(
            DescribeInstancesRequest request,
            CallContext context,
            CancellationToken cancellation = default
        ) =>
            Task.FromResult(
                new DescribeInstancesResult
                {
                    Reservations = [new Reservation { Instances = [new Instance { PrivateIpAddress = "10.66.0.9" }] }],
                }
            );
    }
}
