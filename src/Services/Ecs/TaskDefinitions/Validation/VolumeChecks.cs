using Estiba.Contracts.Ecs;
using static Estiba.Contracts.Ecs.EcsErrors;

namespace Estiba.Ecs.TaskDefinitions.Validation;

/// <summary>Volumes of the task and where containers mount them.</summary>
internal static class VolumeChecks
{
    internal static void Check(TaskDefinition definition)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var volume in definition.Volumes!)
        {
            if (string.IsNullOrEmpty(volume.Name))
                throw ClientException("Volume.name should not be null or empty.");
            if (!TaskDefinitionNames.IsValid(volume.Name))
                throw ClientException("Volume.name contains invalid characters.");
            if (!names.Add(volume.Name))
                throw ClientException(
                    $"Volume names must be unique within a task definition. Volume name: '{volume.Name}'."
                );
            CheckSource(volume);
        }

        var mounted = new HashSet<string>(StringComparer.Ordinal);
        foreach (var container in definition.ContainerDefinitions!)
        {
            foreach (var mount in container.MountPoints!)
            {
                if (mount.SourceVolume is null || !names.Contains(mount.SourceVolume))
                    throw ClientException($"Unknown volume '{mount.SourceVolume ?? "null"}'.");
                if (string.IsNullOrEmpty(mount.ContainerPath))
                    throw ClientException($"Invalid 'containerPath' setting for container '{container.Name}'.");
                mounted.Add(mount.SourceVolume);
            }
        }

        var unused = definition
            .Volumes!.Where(volume => volume.ConfiguredAtLaunch == true && !mounted.Contains(volume.Name!))
            .Select(volume => volume.Name)
            .ToList();
        if (unused.Count > 0)
            throw ClientException($"Volumes [{string.Join(", ", unused)}] are not referenced by any of the containers");
    }

    private static void CheckSource(Volume volume)
    {
        if (volume.Host?.SourcePath is "")
            throw ClientException("host.sourcePath should not be blank.");
        object?[] sources =
        [
            volume.Host,
            volume.DockerVolumeConfiguration,
            volume.EfsVolumeConfiguration,
            volume.S3filesVolumeConfiguration,
            volume.FsxWindowsFileServerVolumeConfiguration,
        ];
        if (sources.Count(source => source is not null) > 1)
            throw ClientException($"Only one volume configuration can be specified for volume '{volume.Name}'.");
        if (volume.DockerVolumeConfiguration is { Autoprovision: not null, Scope: Contracts.Ecs.Scope.Task })
            throw ClientException(
                $"Invalid 'autoprovision' setting for volume '{volume.Name}'. It can only be specified when the "
                    + "scope is shared."
            );
        if (volume.EfsVolumeConfiguration is { } efs)
            CheckEfs(efs);
    }

    private static void CheckEfs(EFSVolumeConfiguration efs)
    {
        var encrypted = efs.TransitEncryption == EFSTransitEncryption.Enabled;
        if (efs.AuthorizationConfig?.Iam == EFSAuthorizationConfigIAM.Enabled && !encrypted)
            throw ClientException("EFS IAM authorization requires TransitEncryption to be enabled");
        if (efs.TransitEncryptionPort is not null && !encrypted)
            throw ClientException("TransitEncryptionPort requires that TransitEncryption is enabled");
        if (efs.AuthorizationConfig?.AccessPointId is null)
            return;
        if (!encrypted)
            throw ClientException("EFS access points require TransitEncryption to be enabled");
        if (efs.RootDirectory != "/")
            throw ClientException(
                "When using an EFS access point, the root directory must either be set to \"/\" or be omitted"
            );
    }
}
