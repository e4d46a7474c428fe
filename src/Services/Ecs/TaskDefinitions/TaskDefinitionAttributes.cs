using Estiba.Contracts.Ecs;
using Estiba.Ecs.TaskDefinitions.Validation;

namespace Estiba.Ecs.TaskDefinitions;

/// <summary>
/// The attributes that a container instance must have to run a definition, and the launch types that it suits, derived
/// as ECS derives them.
/// </summary>
/// <remarks>
/// "Amazon ECS container agent attributes": an agent registers what it and its Docker Engine can do under these names;
/// nobody documents which parameter asks for which, so the list is what <c>DescribeTaskDefinition</c> has been seen to
/// show.
/// </remarks>
internal static class TaskDefinitionAttributes
{
    private const string Amazon = "com.amazonaws.ecs.capability.";
    private const string Ecs = "ecs.capability.";

    internal static IReadOnlyList<string> Compatibilities(TaskDefinition definition)
    {
        if (FargateRules.FirstObstacle(definition) is null)
            return [Compatibility.Ec2, Compatibility.Fargate];
        return ExternalRules.FirstObstacle(definition) is null
            ? [Compatibility.External, Compatibility.Ec2]
            : [Compatibility.Ec2];
    }

    internal static IReadOnlyList<EcsAttribute> Required(TaskDefinition definition)
    {
        var names = new List<string>();
        foreach (var container in definition.ContainerDefinitions!)
            names.AddRange(OfContainer(container, definition));
        names.AddRange(OfVolumes(definition));
        names.AddRange(OfTask(definition));
        return [.. names.Distinct(StringComparer.Ordinal).Select(name => new EcsAttribute { Name = name })];
    }

    private static IEnumerable<string> OfContainer(ContainerDefinition container, TaskDefinition definition)
    {
        foreach (var name in OfLogs(container, definition))
            yield return name;

        if (EcrImage.IsMatch(container.Image!))
        {
            yield return Amazon + "ecr-auth";
            if (definition.ExecutionRoleArn is not null)
                yield return Ecs + "execution-role-ecr-pull";
        }

        if (container.RepositoryCredentials is not null)
            yield return Ecs + "private-registry-authentication.secretsmanager";
        if (container.Privileged == true)
            yield return Amazon + "privileged-container";
        if (container.MemoryReservation is not null)
            yield return DockerApi("1.21");
        if (container.MountPoints!.Count > 0)
            yield return DockerApi("1.17");
        if (container.Ulimits is { Count: > 0 })
            yield return DockerApi("1.18");
        if (
            container.DependsOn is { Count: > 0 }
            || container.StartTimeout is not null
            || container.StopTimeout is not null
        )
            yield return Ecs + "container-ordering";
        if (container.EnvironmentFiles is { Count: > 0 })
            yield return Ecs + "env-files.s3";
        if (container.RestartPolicy?.Enabled == true)
            yield return Ecs + "container-restart-policy";
        if (container.PortMappings!.Any(mapping => mapping.ContainerPortRange is not null))
            yield return Ecs + "network.container-port-range";
        if (container.SystemControls!.Count > 0)
            yield return DockerApi("1.24");
        if (container.FirelensConfiguration is { } firelens)
            yield return $"{Ecs}firelens.{firelens.Type}";
        foreach (var secret in container.Secrets ?? [])
            yield return $"{Ecs}secrets.{ProviderOf(secret)}.environment-variables";
        foreach (var name in OfHealthCheck(container.HealthCheck))
            yield return name;
        foreach (var name in OfSecurity(container))
            yield return name;
        foreach (var specification in container.CredentialSpecs ?? [])
            yield return Ecs
                + (
                    specification.StartsWith("credentialspecdomainless:", StringComparison.Ordinal)
                        ? "gmsa-domainless"
                        : "gmsa"
                );
        foreach (var name in OfLinux(container.LinuxParameters))
            yield return name;
    }

    private static IEnumerable<string> OfLogs(ContainerDefinition container, TaskDefinition definition)
    {
        if (container.LogConfiguration is not { } log)
            yield break;
        yield return $"{Amazon}logging-driver.{log.LogDriver}";
        if (log.LogDriver == LogDriver.Awslogs && definition.ExecutionRoleArn is not null)
            yield return Ecs + "execution-role-awslogs";
        if (log.LogDriver != LogDriver.Awsfirelens)
            yield return DockerApi(log.LogDriver is LogDriver.JsonFile or LogDriver.Syslog ? "1.18" : "1.19");
        foreach (var secret in log.SecretOptions ?? [])
            yield return $"{Ecs}secrets.{ProviderOf(secret)}.bootstrap.log-driver";
    }

    private static IEnumerable<string> OfHealthCheck(HealthCheck? check)
    {
        if (check is null)
            yield break;
        yield return Ecs + "container-health-check";
        yield return DockerApi("1.24");
        if (check.StartPeriod is not null)
            yield return DockerApi("1.29");
    }

    private static IEnumerable<string> OfSecurity(ContainerDefinition container)
    {
        foreach (var option in container.DockerSecurityOptions ?? [])
        {
            if (option.StartsWith("label:", StringComparison.Ordinal))
                yield return Amazon + "selinux";
            if (option.StartsWith("apparmor:", StringComparison.Ordinal))
                yield return Amazon + "apparmor";
        }
    }

    private static IEnumerable<string> OfLinux(LinuxParameters? linux)
    {
        if (linux is null)
            yield break;
        if (linux.SharedMemorySize is not null || linux.Tmpfs is { Count: > 0 })
            yield return DockerApi("1.22");
        if (linux.InitProcessEnabled == true)
            yield return DockerApi("1.25");
        if (linux.MaxSwap is not null || linux.Swappiness is not null)
            yield return DockerApi("1.20");
    }

    private static IEnumerable<string> OfVolumes(TaskDefinition definition)
    {
        foreach (var volume in definition.Volumes!)
        {
            if (volume.DockerVolumeConfiguration is { } docker)
                yield return $"{Ecs}docker-plugin.{docker.Driver}";
            if (volume.EfsVolumeConfiguration is { } efs)
                yield return Ecs + (efs.AuthorizationConfig is null ? "efs" : "efsAuth");
            if (volume.FsxWindowsFileServerVolumeConfiguration is not null)
                yield return Ecs + "fsxWindowsFileServer";
            if (volume.S3filesVolumeConfiguration is not null)
                yield return Ecs + "s3files";
            if (volume.ConfiguredAtLaunch == true)
                yield return Ecs + "storage.ebs-task-volume-attach";
        }
    }

    private static IEnumerable<string> OfTask(TaskDefinition definition)
    {
        if (definition.TaskRoleArn is not null)
            yield return Amazon
                + (definition.NetworkMode == NetworkMode.Host ? "task-iam-role-network-host" : "task-iam-role");
        if (definition.PidMode is not null || definition.IpcMode is not null)
            yield return Ecs + "pid-ipc-namespace-sharing";
        if (definition.ProxyConfiguration is not null)
            yield return Ecs + "aws-appmesh";
        if (definition.EnableFaultInjection == true)
            yield return Ecs + "fault-injection";
        if (definition.NetworkMode != NetworkMode.Awsvpc)
            yield break;
        yield return DockerApi("1.18");
        yield return Ecs + "task-eni";
    }

    private static string DockerApi(string version) => Amazon + "docker-remote-api." + version;

    private static string ProviderOf(Secret secret) =>
        secret.ValueFrom!.Contains(":secretsmanager:", StringComparison.Ordinal) ? "asm" : "ssm";
}
