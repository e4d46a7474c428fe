using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.Services;

/// <summary>
/// How many healthy tasks a service must keep and how many tasks it may have in all, at every moment of a deployment.
/// </summary>
/// <remarks>
/// "Deploy Amazon ECS services by replacing tasks", developer guide: the minimum is rounded up, the maximum down.
/// </remarks>
/// <param name="Least">Healthy tasks at the least.</param>
/// <param name="Most">Tasks at the most, healthy or not; those that are on their way out do not count.</param>
internal readonly record struct ServiceBounds(int Least, int Most)
{
    private const int DefaultMinimumHealthyPercent = 100;
    private const int DefaultMaximumPercent = 200;

    internal static ServiceBounds Of(DeploymentConfiguration? configuration, int desired) =>
        new(
            (int)Math.Ceiling(desired * (configuration?.MinimumHealthyPercent ?? DefaultMinimumHealthyPercent) / 100m),
            (int)
                Math.Min(
                    int.MaxValue,
                    Math.Floor(desired * (decimal)(configuration?.MaximumPercent ?? DefaultMaximumPercent) / 100m)
                )
        );
}
