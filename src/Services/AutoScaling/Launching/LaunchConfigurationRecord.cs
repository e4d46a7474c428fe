using Estiba.Contracts;
using Estiba.Contracts.AutoScaling;

namespace Estiba.AutoScaling.Launching;

/// <summary>A launch configuration: what a group launches, which never changes.</summary>
internal sealed record LaunchConfigurationRecord
{
    /// <summary>The account and region it belongs to.</summary>
    public required Scope Scope { get; init; }

    /// <summary>A UUID.</summary>
    public required string Id { get; init; }

    /// <summary>As it is shown.</summary>
    public required LaunchConfiguration Content { get; init; }

    /// <summary>Its name.</summary>
    public string Name => Content.LaunchConfigurationName!;

    /// <summary>Its key.</summary>
    public string Key => Scope.Key(Name);

    /// <summary>The ARN of a launch configuration.</summary>
    public static string ArnOf(Scope scope, string id, string name) =>
        new Arn(
            "autoscaling",
            scope.Region,
            scope.AccountId,
            $"launchConfiguration:{id}:launchConfigurationName/{name}"
        )
        {
            Partition = Arn.PartitionOf(scope.Region),
        }.ToString();
}
