using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.TaskDefinitions.Validation;

/// <summary>
/// What a task definition must not have to be compatible with external instances ("Running workloads on external
/// instances", developer guide).
/// </summary>
internal static class ExternalRules
{
    /// <summary>Why it is not compatible; null when it is.</summary>
    internal static string? FirstObstacle(TaskDefinition definition)
    {
        const string NotSupported = "External compatible task definitions do not support ";
        if (definition.NetworkMode == NetworkMode.Awsvpc)
            return NotSupported + "network mode awsvpc";
        if (definition.ProxyConfiguration is not null)
            return NotSupported + "proxyConfiguration";
        foreach (var volume in definition.Volumes!)
        {
            if (volume.EfsVolumeConfiguration is not null)
                return NotSupported + "efsVolumeConfiguration";
            if (volume.FsxWindowsFileServerVolumeConfiguration is not null)
                return NotSupported + "fsxWindowsFileServerVolumeConfiguration";
        }

        return null;
    }
}
