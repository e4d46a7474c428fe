using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Task = System.Threading.Tasks.Task;

namespace Estiba.ApplicationAutoScaling.Tests;

/// <summary>Knows services, and does at once what it is told unless a test says otherwise.</summary>
internal sealed class StandInEcs : IEcsApi
{
    private readonly Dictionary<string, StandInService> _services = [];

    /// <summary>What was told: the services and their desired counts, in order.</summary>
    public List<(string Service, int Count)> Told { get; } = [];

    /// <summary>Why the next change is refused; null when it is not.</summary>
    public AwsException? Refusal { get; set; }

    public StandInService Add(string cluster, string name, int desired)
    {
        var service = new StandInService { Desired = desired, Running = desired };
        _services[$"{cluster}/{name}"] = service;
        return service;
    }

    public void Remove(string cluster, string name) => _services.Remove($"{cluster}/{name}");

    public Task<DescribeServicesResponse> DescribeServicesAsync(
        DescribeServicesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (!_services.Keys.Any(key => key.StartsWith(request.Cluster + "/", StringComparison.Ordinal)))
            throw EcsErrors.ClusterNotFoundException("Cluster not found.");
        return Task.FromResult(
            new DescribeServicesResponse
            {
                Services =
                [
                    .. request
                        .Services!.Where(name => _services.ContainsKey($"{request.Cluster}/{name}"))
                        .Select(name => Describe(name, _services[$"{request.Cluster}/{name}"])),
                ],
            }
        );
    }

    public Task<UpdateServiceResponse> UpdateServiceAsync(
        UpdateServiceRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (Refusal is { } refusal)
        {
            Refusal = null;
            throw refusal;
        }

        var service = _services[$"{request.Cluster}/{request.Service}"];
        service.Desired = request.DesiredCount!.Value;
        if (!service.IsSlow)
            service.Running = service.Desired;
        Told.Add(($"{request.Cluster}/{request.Service}", service.Desired));
        return Task.FromResult(new UpdateServiceResponse());
    }

    private static Service Describe(string name, StandInService service) =>
        new()
        {
            ServiceName = name,
            Status = service.Status,
            DesiredCount = service.Desired,
            RunningCount = service.Running,
            LoadBalancers = [.. service.TargetGroups.Select(arn => new LoadBalancer { TargetGroupArn = arn })],
            Deployments =
            [
                new Deployment
                {
                    RolloutState = service.IsDeploying
                        ? DeploymentRolloutState.InProgress
                        : DeploymentRolloutState.Completed,
                },
            ],
        };
}

/// <summary>A service as a test wants it.</summary>
internal sealed class StandInService
{
    public string Status { get; set; } = "ACTIVE";

    public int Desired { get; set; }

    public int Running { get; set; }

    /// <summary>Whether tasks start and stop when a test says so.</summary>
    public bool IsSlow { get; set; }

    public bool IsDeploying { get; set; }

    public List<string> TargetGroups { get; } = [];
}
