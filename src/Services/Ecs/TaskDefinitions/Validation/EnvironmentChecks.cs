using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using static Estiba.Contracts.Ecs.EcsErrors;

namespace Estiba.Ecs.TaskDefinitions.Validation;

/// <summary>Environment variables, files of them, and secrets.</summary>
internal static class EnvironmentChecks
{
    private const int MostFiles = 10;

    internal static void Check(ContainerDefinition container, string? executionRole)
    {
        foreach (var variable in container.Environment!)
            if (string.IsNullOrEmpty(variable.Name))
                throw ClientException(
                    $"Invalid 'environment' setting for container '{container.Name}'. The name should not be null "
                        + "or empty."
                );

        if (container.EnvironmentFiles is { } files)
        {
            if (files.Count > MostFiles)
                throw ClientException(
                    "The maximum number of environment files was exceeded. Specify ten or less and try again."
                );
            if (files.Any(file => !Arn.TryParse(file.Value!, out var arn) || arn.Service != "s3"))
                throw ClientException("Invalid arn syntax.");
        }

        if (container.Secrets is not { Count: > 0 } secrets)
            return;
        if (executionRole is null)
            throw ClientException(
                "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'."
            );
        var names = new HashSet<string>(
            container.Environment!.Select(variable => variable.Name!),
            StringComparer.Ordinal
        );
        if (secrets.FirstOrDefault(secret => !names.Add(secret.Name!)) is { } twice)
            throw ClientException(
                "The secret name must be unique and not shared with any new or existing environment variables set "
                    + $"on the container, such as '{twice.Name}'."
            );
    }
}
