using System.Text.RegularExpressions;
using Estiba.Contracts.Ecs;
using static Estiba.Contracts.Ecs.EcsErrors;

namespace Estiba.Ecs.TaskDefinitions.Validation;

/// <summary>How many containers there are, what they are called and which image they run.</summary>
internal static partial class ContainerChecks
{
    private const int MostContainers = 10;

    internal static void Check(IReadOnlyList<ContainerDefinition> containers)
    {
        if (containers.Count == 0)
            throw ClientException("Container list cannot be empty.");
        if (containers.Count > MostContainers)
            throw ClientException("Too many containers.");

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var container in containers)
        {
            if (string.IsNullOrEmpty(container.Name))
                throw ClientException("Container.name should not be null or empty.");
            if (!TaskDefinitionNames.IsValid(container.Name))
                throw ClientException("Container.name contains invalid characters.");
            if (string.IsNullOrEmpty(container.Image))
                throw ClientException("Container.image should not be null or empty.");
            if (!ValidImage().IsMatch(container.Image))
                throw ClientException("Container.image contains invalid characters.");
            if (!names.Add(container.Name))
                throw ClientException("Container names must be unique within a task definition.");
        }

        if (!containers.Any(container => container.Essential == true))
            throw ClientException("Task definition doesn't have any essential container.");
    }

    [GeneratedRegex(@"^[A-Za-z0-9_.:/#@-]{1,255}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ValidImage();
}
