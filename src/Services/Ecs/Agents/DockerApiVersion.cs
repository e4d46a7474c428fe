using System.Globalization;
using Estiba.Ecs.ContainerInstances;

namespace Estiba.Ecs.Agents;

/// <summary>
/// The version of Docker's API that an agent is to use: the newest that it has registered as an attribute.
/// </summary>
internal static class DockerApiVersion
{
    private const string Attribute = "com.amazonaws.ecs.capability.docker-remote-api.1.";
    private const int Oldest = 29;

    /// <summary>For example <c>1.41</c>.</summary>
    internal static string Of(ContainerInstanceRecord instance)
    {
        var minor = Oldest;
        foreach (var attribute in instance.Attributes)
            if (
                attribute.Name!.StartsWith(Attribute, StringComparison.Ordinal)
                && int.TryParse(
                    attribute.Name.AsSpan(Attribute.Length),
                    NumberStyles.None,
                    CultureInfo.InvariantCulture,
                    out var registered
                )
            )
                minor = Math.Max(minor, registered);
        return string.Create(CultureInfo.InvariantCulture, $"1.{minor}");
    }
}
