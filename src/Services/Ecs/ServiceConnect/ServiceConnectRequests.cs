using System.Text.RegularExpressions;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.ServiceConnect;

/// <summary>
/// Checks configurations of Service Connect ("ServiceConnectConfiguration", "ServiceConnectService",
/// "ServiceConnectClientAlias", API reference).
/// </summary>
internal static partial class ServiceConnectRequests
{
    private const int MostAliases = 1;
    private const int HighestPort = 65535;

    /// <summary>Everything that can be said of a configuration without looking at the state.</summary>
    /// <exception cref="AwsException">In ECS's words.</exception>
    internal static void Validate(ServiceConnectConfiguration? configuration)
    {
        if (configuration?.Enabled != true)
            return;
        if (configuration.LogConfiguration is not null || configuration.AccessLogConfiguration is not null)
            throw EcsErrors.UnsupportedFeatureException(
                "Estiba's Service Connect proxy is a part of the container agent and has no log of its own. Leave "
                    + "logConfiguration and accessLogConfiguration out of serviceConnectConfiguration."
            );
        if (configuration.ContainerConfigurations is { Count: > 0 })
            throw EcsErrors.UnsupportedFeatureException(
                "Estiba's Service Connect proxy is not a container. Leave containerConfigurations out of "
                    + "serviceConnectConfiguration."
            );
        var discoveryNames = new HashSet<string>(StringComparer.Ordinal);
        var aliases = new HashSet<(string?, int)>();
        foreach (var service in configuration.Services ?? [])
        {
            Validate(service);
            if (!discoveryNames.Add(DiscoveryNameOf(service)))
                throw EcsErrors.InvalidParameterException(
                    $"The discoveryName '{DiscoveryNameOf(service)}' is used multiple times in the service connect "
                        + "configuration."
                );
            foreach (var alias in service.ClientAliases ?? [])
                if (!aliases.Add((alias.DnsName ?? DiscoveryNameOf(service), alias.Port!.Value)))
                    throw EcsErrors.InvalidParameterException(
                        $"The client alias '{alias.DnsName}:{alias.Port}' is used multiple times in the service "
                            + "connect configuration."
                    );
        }
    }

    /// <summary>Refuses what a service that uses Service Connect cannot be.</summary>
    /// <param name="configuration">The configuration.</param>
    /// <param name="controller">Who deploys the service; null for ECS.</param>
    /// <param name="strategy">How it is deployed; null for a rolling update.</param>
    /// <exception cref="AwsException">In ECS's words.</exception>
    internal static void ValidateFor(ServiceConnectConfiguration? configuration, string? controller, string? strategy)
    {
        if (configuration?.Enabled != true)
            return;
        if (controller is not (null or DeploymentControllerType.Ecs))
            throw EcsErrors.InvalidParameterException(
                "Service Connect is supported only for services with the deployment controller ECS."
            );
        if (configuration.Services is { Count: > 0 } && strategy is not (null or DeploymentStrategy.Rolling))
            throw EcsErrors.UnsupportedFeatureException(
                "Estiba's Service Connect does not shift traffic between service revisions. Use the deployment "
                    + "strategy ROLLING, or leave services out of serviceConnectConfiguration."
            );
    }

    /// <summary>The name under which Cloud Map has a service; its port's unless it has one of its own.</summary>
    internal static string DiscoveryNameOf(ServiceConnectService service) =>
        service.DiscoveryName is { Length: > 0 } given ? given : service.PortName!;

    private static void Validate(ServiceConnectService service)
    {
        if (string.IsNullOrEmpty(service.PortName))
            throw EcsErrors.InvalidParameterException("portName can not be blank.");
        if (!DiscoveryName().IsMatch(DiscoveryNameOf(service)))
            throw EcsErrors.InvalidParameterException(
                $"The discoveryName '{DiscoveryNameOf(service)}' is invalid. It can have up to 64 lowercase letters, "
                    + "numbers, underscores, and hyphens, and can't start with a hyphen."
            );
        if (service.Tls is not null)
            throw EcsErrors.UnsupportedFeatureException(
                "Estiba has no AWS Private Certificate Authority. Leave tls out of serviceConnectConfiguration."
            );
        if (service.IngressPortOverride is > 0)
            throw EcsErrors.UnsupportedFeatureException(
                "Estiba's Service Connect proxy runs once on each host and connects to the ports of tasks themselves. "
                    + "Leave ingressPortOverride out of serviceConnectConfiguration."
            );
        if (service.Timeout is { IdleTimeoutSeconds: < 0 } or { PerRequestTimeoutSeconds: < 0 })
            throw EcsErrors.InvalidParameterException(
                "idleTimeoutSeconds and perRequestTimeoutSeconds must be between 0 and 2147483647."
            );
        if (service.ClientAliases is { Count: > MostAliases })
            throw EcsErrors.InvalidParameterException($"clientAliases can have at most {MostAliases} items.");
        foreach (var alias in service.ClientAliases ?? [])
            Validate(alias);
    }

    private static void Validate(ServiceConnectClientAlias alias)
    {
        if (alias.Port is not (>= 1 and <= HighestPort))
            throw EcsErrors.InvalidParameterException(
                $"The port of a client alias must be between 1 and {HighestPort}."
            );
        if (alias.TestTrafficRules is not null)
            throw EcsErrors.UnsupportedFeatureException(
                "Estiba's Service Connect does not shift traffic between service revisions. Leave testTrafficRules out "
                    + "of the client alias."
            );
        if (alias.DnsName is { Length: > 0 } name && (!DnsName().IsMatch(name) || name is "localhost"))
            throw EcsErrors.InvalidParameterException(
                $"The dnsName '{name}' of a client alias is invalid. It can have up to 127 lowercase letters, numbers, "
                    + "underscores, hyphens, and periods, and can't start with a hyphen."
            );
    }

    [GeneratedRegex(@"^[a-z0-9_][a-z0-9_-]{0,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex DiscoveryName();

    [GeneratedRegex(@"^(?=.{1,127}\z)[a-z0-9_][a-z0-9_-]*(\.[a-z0-9_][a-z0-9_-]*)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex DnsName();
}
