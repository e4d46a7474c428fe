using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.CapacityProviders;
using Estiba.State;
using static Estiba.Contracts.Ecs.EcsErrors;

namespace Estiba.Ecs.Clusters;

/// <summary>
/// What ECS checks of a cluster's settings, configuration and capacity providers beyond what its model says.
/// </summary>
internal static class ClusterChecks
{
    private const int MostProviders = 20;

    /// <exception cref="AwsException"><c>InvalidParameterException</c>.</exception>
    internal static void CheckSettings(IReadOnlyList<ClusterSetting>? settings)
    {
        foreach (var setting in settings ?? [])
        {
            if (setting.Name is null)
                throw InvalidParameterException("Invalid setting 'name'");
            if (setting.Value is not ("enabled" or "disabled" or "enhanced"))
                throw InvalidParameterException("Invalid setting 'value'");
        }
    }

    /// <exception cref="AwsException"><c>InvalidParameterException</c>.</exception>
    internal static void CheckConfiguration(ClusterConfiguration? configuration)
    {
        if (configuration?.ExecuteCommandConfiguration is not { } execute)
            return;
        var log = execute.LogConfiguration;
        if (
            execute.Logging == ExecuteCommandLogging.Override
            && log?.CloudWatchLogGroupName is null
            && log?.S3BucketName is null
        )
            throw InvalidParameterException(
                "A CloudWatch log group name or S3 bucket name must be specified when overriding the default log "
                    + "configuration."
            );
        if (execute.Logging is not ExecuteCommandLogging.Override && log is not null)
            throw InvalidParameterException("You must set logging to 'OVERRIDE' when you supply a log configuration.");
    }

    /// <summary>The names of the providers, which must exist.</summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>.</exception>
    internal static IReadOnlyList<string> Providers(View view, Scope scope, IReadOnlyList<string>? namesOrArns)
    {
        if (namesOrArns is { Count: > MostProviders })
            throw InvalidParameterException($"A cluster can have up to {MostProviders} capacity providers.");
        return
        [
            .. (namesOrArns ?? [])
                .Select(name => CapacityProviderNames.Require(view, scope, name))
                .Distinct(StringComparer.Ordinal),
        ];
    }

    /// <summary>The strategy with names for ARNs and defaults filled in.</summary>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>.</exception>
    internal static IReadOnlyList<CapacityProviderStrategyItem> Strategy(
        IReadOnlyList<CapacityProviderStrategyItem>? given,
        IReadOnlyList<string> providers
    )
    {
        List<CapacityProviderStrategyItem> strategy =
        [
            .. (given ?? []).Select(item =>
                item with
                {
                    CapacityProvider = CapacityProviderNames.NameOf(item.CapacityProvider!),
                    Weight = item.Weight ?? 0,
                    Base = item.Base ?? 0,
                }
            ),
        ];
        if (strategy.Count > MostProviders)
            throw InvalidParameterException(
                $"A capacity provider strategy can have up to {MostProviders} capacity providers."
            );
        if (strategy.Exists(item => !providers.Contains(item.CapacityProvider!)))
        {
            throw InvalidParameterException(
                "The specified capacity provider strategy cannot contain a capacity provider that is not "
                    + "associated with the cluster. Associate the capacity provider with the cluster or specify a "
                    + "valid capacity provider and try again."
            );
        }

        if (
            strategy.Exists(item => CapacityProviderNames.IsFargate(item.CapacityProvider!))
            && strategy.Exists(item => !CapacityProviderNames.IsFargate(item.CapacityProvider!))
        )
            throw InvalidParameterException(
                "A capacity provider strategy cannot contain a mix of capacity providers using Auto Scaling "
                    + "groups and Fargate providers. Specify one or the other and try again."
            );
        if (strategy.Count(item => item.Base > 0) > 1)
        {
            throw InvalidParameterException(
                "The specified capacity provider strategy contains multiple capacity providers with a base value "
                    + "defined. Only one capacity provider per strategy can have a base value defined."
            );
        }

        if (strategy.DistinctBy(item => item.CapacityProvider, StringComparer.Ordinal).Count() < strategy.Count)
            throw InvalidParameterException(
                "The specified capacity provider strategy contains a capacity provider more than once."
            );
        return strategy;
    }
}
