using Estiba.Contracts;
using Estiba.Contracts.Ecs;

namespace Estiba.ApplicationAutoScaling.ScalableTargets;

/// <summary>The services of ECS, asked and told through its API.</summary>
/// <param name="ecs">ECS, called as <see cref="ServicePrincipal"/>.</param>
/// <param name="ids">Makes request ids.</param>
internal sealed class EcsServices(IEcsApi ecs, UniqueIds ids)
{
    /// <summary>As whom other services are called.</summary>
    internal const string ServicePrincipal = "application-autoscaling.amazonaws.com";

    private const string Active = "ACTIVE";

    /// <summary>How a service is; null when there is none that could be scaled.</summary>
    internal async Task<ServiceState?> FindAsync(Scope scope, string resourceId, CancellationToken cancellation)
    {
        var parts = resourceId.Split('/');
        var request = new DescribeServicesRequest { Cluster = parts[1], Services = [parts[2]] };
        try
        {
            var found = await ecs.DescribeServicesAsync(request, ContextOf(scope), cancellation);
            return found.Services is [{ Status: Active } service] ? StateOf(service) : null;
        }
        catch (AwsException missing) when (missing.Code == "ClusterNotFoundException")
        {
            return null;
        }
    }

    /// <summary>Tells ECS how many tasks are wanted; saying it again changes nothing.</summary>
    /// <exception cref="AwsException">ECS refuses.</exception>
    internal Task SetDesiredCountAsync(Scope scope, string resourceId, int count, CancellationToken cancellation)
    {
        var parts = resourceId.Split('/');
        return ecs.UpdateServiceAsync(
            new UpdateServiceRequest
            {
                Cluster = parts[1],
                Service = parts[2],
                DesiredCount = count,
            },
            ContextOf(scope),
            cancellation
        );
    }

    /// <summary>Who calls others for the sake of an account.</summary>
    internal CallContext ContextOf(Scope scope) =>
        new()
        {
            AccountId = scope.AccountId,
            Region = scope.Region,
            PrincipalArn = ServicePrincipal,
            AccessKeyId = "",
            RequestId = ids.Next(),
        };

    private static ServiceState StateOf(Service service)
    {
        var deployments = service.Deployments ?? [];
        return new ServiceState(
            service.DesiredCount ?? 0,
            service.RunningCount ?? 0,
            deployments.Count > 1
                || deployments.Any(deployment => deployment.RolloutState == DeploymentRolloutState.InProgress),
            [
                .. (service.LoadBalancers ?? []).SelectMany(balancer =>
                    new[]
                    {
                        balancer.TargetGroupArn,
                        balancer.AdvancedConfiguration?.AlternateTargetGroupArn,
                    }.OfType<string>()
                ),
            ]
        );
    }
}

/// <summary>How a service of ECS is.</summary>
/// <param name="Desired">How many tasks are wanted.</param>
/// <param name="Running">How many run.</param>
/// <param name="IsDeploying">Whether a deployment is on its way.</param>
/// <param name="TargetGroups">The ARNs of the target groups it registers its tasks with.</param>
internal sealed record ServiceState(int Desired, int Running, bool IsDeploying, IReadOnlyList<string> TargetGroups);
