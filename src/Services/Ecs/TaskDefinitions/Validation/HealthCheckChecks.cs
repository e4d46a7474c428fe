using Estiba.Contracts.Ecs;
using static Estiba.Contracts.Ecs.EcsErrors;

namespace Estiba.Ecs.TaskDefinitions.Validation;

/// <summary>Health checks ("HealthCheck", API reference).</summary>
internal static class HealthCheckChecks
{
    internal static void Check(ContainerDefinition container)
    {
        if (container.HealthCheck is not { } check)
            return;
        var valid = check.Command! switch
        {
            ["NONE"] => true,
            ["CMD" or "CMD-SHELL", _, ..] => true,
            _ => false,
        };
        if (!valid)
            throw ClientException(
                $"Invalid 'healthCheck' setting for container '{container.Name}'. The command must begin with CMD "
                    + "or CMD-SHELL."
            );
        CheckRange(container, "interval", check.Interval, 5, 300);
        CheckRange(container, "timeout", check.Timeout, 2, 60);
        CheckRange(container, "retries", check.Retries, 1, 10);
        CheckRange(container, "startPeriod", check.StartPeriod, 0, 300);
    }

    private static void CheckRange(ContainerDefinition container, string name, int? value, int least, int most)
    {
        if (value < least)
            throw ClientException(
                $"Health check {name} must be greater than or equal to the minimum allowed value {least} for "
                    + $"container '{container.Name}'"
            );
        if (value > most)
            throw ClientException(
                $"Health check {name} must be less than or equal to the maximum allowed value {most} for container "
                    + $"'{container.Name}'"
            );
    }
}
