using Estiba.Contracts;
using Estiba.Engines;

namespace Estiba.Agent.Sessions;

/// <summary>
/// The attributes by which a container instance says what it can do, named as AWS's agent names them; only what this
/// agent does.
/// </summary>
internal static class Capabilities
{
    private const string Old = "com.amazonaws.ecs.capability.";
    private const string New = "ecs.capability.";
    private const string Privileged = "privileged-container";
    private const int OldestApiMinor = 17;

    /// <summary>Drivers that Docker has without listing them.</summary>
    private static readonly string[] AlwaysThere = ["awslogs", "none"];

    /// <summary>Drivers that ECS knows ("LogConfiguration", ECS API reference).</summary>
    private static readonly string[] KnownLogDrivers =
    [
        "awslogs",
        "fluentd",
        "gelf",
        "journald",
        "json-file",
        "none",
        "splunk",
        "syslog",
    ];

    private static readonly string[] AgentFeatures =
    [
        "container-ordering",
        "container-health-check",
        "container-restart-policy",
        "docker-volume-driver.local",
        "docker-plugin.local",
        "ecr-endpoint",
        "env-files.s3",
        "execution-role-awslogs",
        "execution-role-ecr-pull",
        "full-sync",
        "increased-task-cpu-limit",
        "network.container-port-range",
        "pid-ipc-namespace-sharing",
    ];

    public static IReadOnlyList<(string Name, string? Value)> Of(
        EngineVersion version,
        EngineInformation engine,
        AgentOptions options,
        bool offersCredentials
    )
    {
        var attributes = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            [Old + "ecr-auth"] = null,
            ["ecs.os-type"] = version.OperatingSystem,
            ["ecs.cpu-architecture"] = version.Architecture == "amd64" ? "x86_64" : version.Architecture,
        };
        foreach (var feature in AgentFeatures)
            attributes[New + feature] = null;
        if (offersCredentials)
            attributes[Old + "task-iam-role"] = attributes[Old + "task-iam-role-network-host"] = null;
        foreach (var driver in KnownLogDrivers)
            if (AlwaysThere.Contains(driver) || engine.LogDrivers.Contains(driver))
                attributes[$"{Old}logging-driver.{driver}"] = null;
        foreach (var driver in engine.VolumeDrivers)
            attributes[$"{New}docker-volume-driver.{driver}"] = attributes[$"{New}docker-plugin.{driver}"] = null;
        foreach (var option in engine.SecurityOptions)
            if (option.Contains("apparmor", StringComparison.Ordinal))
                attributes[Old + "apparmor"] = null;
            else if (option.Contains("selinux", StringComparison.Ordinal))
                attributes[Old + "selinux"] = null;
        foreach (var api in ApiVersions(version))
            attributes[$"{Old}docker-remote-api.{api}"] = null;
        foreach (var (name, value) in options.Attributes)
            attributes[name] = value.Length == 0 ? null : value;

        // What the host allows is its owner's to say, and not that of whoever writes its user data.
        foreach (var name in attributes.Keys.Where(HostAccess.IsAttribute).ToList())
            attributes.Remove(name);
        foreach (var (name, value) in options.HostAccess.ToAttributes())
            attributes[name] = value;
        attributes.Remove(Old + Privileged);
        if (options.HostAccess.Allows(HostAccess.Privileged))
            attributes[Old + Privileged] = null;
        return
        [
            .. attributes
                .OrderBy(attribute => attribute.Key, StringComparer.Ordinal)
                .Select(attribute => (attribute.Key, attribute.Value)),
        ];
    }

    /// <summary>
    /// Every version of the engine's API up to its newest, from 1.17 on, the first that ECS ever asked for. Such an
    /// attribute stands for what came with that version, which newer engines still can, also those that no longer
    /// answer under so old a number.
    /// </summary>
    private static IEnumerable<string> ApiVersions(EngineVersion version)
    {
        var newest = Minor(version.ApiVersion);
        for (var minor = OldestApiMinor; minor <= newest; minor++)
            yield return $"1.{minor}";
    }

    private static int Minor(string version) =>
        Version.TryParse(version, out var parsed) && parsed.Major == 1 ? parsed.Minor : 0;
}
