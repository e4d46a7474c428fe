using Estiba.Contracts.Ecs;
using static Estiba.Contracts.Ecs.EcsErrors;

namespace Estiba.Ecs.CapacityProviders;

/// <summary>
/// The settings of a capacity provider with an Auto Scaling group: defaults, changes and rules
/// ("AutoScalingGroupProvider", API reference).
/// </summary>
internal static class AutoScalingGroupSettings
{
    private const int FullTarget = 100;
    private const int LeastStep = 1;
    private const int MostStep = 10_000;
    private const int Warmup = 300;

    /// <summary>The provider with defaults filled in.</summary>
    /// <exception cref="Contracts.AwsException"><c>ClientException</c>: settings that contradict each
    /// other.</exception>
    internal static AutoScalingGroupProvider Fill(AutoScalingGroupProvider given) =>
        Check(
            given with
            {
                ManagedScaling = Fill(given.ManagedScaling),
                ManagedTerminationProtection = given.ManagedTerminationProtection
                    ?? ManagedTerminationProtection.Disabled,
                ManagedDraining = given.ManagedDraining ?? ManagedDraining.Enabled,
            }
        );

    /// <summary>The provider after an update; what the update leaves out stays.</summary>
    /// <exception cref="Contracts.AwsException"><c>ClientException</c>: settings that contradict each
    /// other.</exception>
    internal static AutoScalingGroupProvider Apply(
        AutoScalingGroupProvider existing,
        AutoScalingGroupProviderUpdate update
    )
    {
        var scaling = existing.ManagedScaling!;
        return Check(
            existing with
            {
                ManagedScaling = update.ManagedScaling is { } change
                    ? new ManagedScaling
                    {
                        Status = change.Status ?? scaling.Status,
                        TargetCapacity = change.TargetCapacity ?? scaling.TargetCapacity,
                        MinimumScalingStepSize = change.MinimumScalingStepSize ?? scaling.MinimumScalingStepSize,
                        MaximumScalingStepSize = change.MaximumScalingStepSize ?? scaling.MaximumScalingStepSize,
                        InstanceWarmupPeriod = change.InstanceWarmupPeriod ?? scaling.InstanceWarmupPeriod,
                    }
                    : scaling,
                ManagedTerminationProtection = update.ManagedTerminationProtection
                    ?? existing.ManagedTerminationProtection,
                ManagedDraining = update.ManagedDraining ?? existing.ManagedDraining,
            }
        );
    }

    /// <summary>The name of a provider's group, which may be named by its ARN or its name.</summary>
    internal static string GroupOf(AutoScalingGroupProvider provider)
    {
        const string Mark = "autoScalingGroupName/";
        var given = provider.AutoScalingGroupArn!;
        var at = given.IndexOf(Mark, StringComparison.Ordinal);
        return at < 0 ? given : given[(at + Mark.Length)..];
    }

    private static ManagedScaling Fill(ManagedScaling? given) =>
        new()
        {
            Status = given is null ? ManagedScalingStatus.Disabled : given.Status ?? ManagedScalingStatus.Enabled,
            TargetCapacity = given?.TargetCapacity ?? FullTarget,
            MinimumScalingStepSize = given?.MinimumScalingStepSize ?? LeastStep,
            MaximumScalingStepSize = given?.MaximumScalingStepSize ?? MostStep,
            InstanceWarmupPeriod = given?.InstanceWarmupPeriod ?? Warmup,
        };

    private static AutoScalingGroupProvider Check(AutoScalingGroupProvider provider)
    {
        if (provider.ManagedScaling!.MinimumScalingStepSize > provider.ManagedScaling.MaximumScalingStepSize)
            throw ClientException(
                "The minimum or maximum scaling step size value is invalid. Specify a minimum scaling step size "
                    + "value that is less than or equal to the maximum scaling step size value and try again."
            );
        if (
            provider.ManagedTerminationProtection == ManagedTerminationProtection.Enabled
            && provider.ManagedScaling.Status != ManagedScalingStatus.Enabled
        )
        {
            throw ClientException(
                "The managed termination protection setting for the capacity provider is invalid. To enable "
                    + "managed termination protection for a capacity provider, managed scaling must be enabled."
            );
        }

        return provider;
    }
}
