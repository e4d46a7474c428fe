using System.Text.Json.Nodes;
using Estiba.Contracts;
using Estiba.Engines;

namespace Estiba.Agent.Hosts;

/// <summary>
/// Lets no container do to its host what the host does not allow, whoever asked for it: the server may be somebody
/// else's by now.
/// </summary>
/// <remarks>
/// It looks at what the engine is about to be told, and knows all that may stand there; what it does not know counts as
/// privileged.
/// </remarks>
/// <param name="access">What the host allows.</param>
/// <param name="never">Paths that nobody binds (<see cref="HostPaths"/>).</param>
internal sealed class HostGuard(HostAccess access, IReadOnlyList<string> never)
{
    private const string Socket = "unix://";

    /// <summary>Where container engines keep what makes whoever has it their owner.</summary>
    public static IReadOnlyList<string> EnginePlaces { get; } =
    [
        "/var/run/docker.sock",
        "/run/docker.sock",
        "/run/docker",
        "/run/containerd",
        "/var/lib/docker",
        "/var/lib/containerd",
    ];

    /// <summary>What a payload may say of the host without meaning anything to it.</summary>
    private static readonly HashSet<string> Harmless = new(StringComparer.Ordinal)
    {
        "BlkioWeight",
        "CapAdd",
        "CapDrop",
        "CpuCount",
        "CpuPercent",
        "CpuPeriod",
        "CpuQuota",
        "CpuShares",
        "CpusetCpus",
        "CpusetMems",
        "Devices",
        "Dns",
        "DnsOptions",
        "DnsSearch",
        "ExtraHosts",
        "Init",
        "IpcMode",
        "KernelMemory",
        "LogConfig",
        "Memory",
        "MemoryReservation",
        "MemorySwap",
        "MemorySwappiness",
        "NanoCpus",
        "NetworkMode",
        "OomKillDisable",
        "PidMode",
        "PidsLimit",
        "PortBindings",
        "Privileged",
        "ReadonlyRootfs",
        "RestartPolicy",
        "SecurityOpt",
        "ShmSize",
        "StorageOpt",
        "Sysctls",
        "Tmpfs",
        "Ulimits",
    };

    /// <summary>Checks what a payload says in Docker's own words.</summary>
    /// <exception cref="EngineException">The host does not allow something of it.</exception>
    public void CheckPayload(JsonObject hostConfig)
    {
        foreach (var (name, value) in hostConfig)
            if (value is not null && !Harmless.Contains(name))
                Require(HostAccess.Privileged, $"the setting {name}");
        foreach (var name in (string[])["PidMode", "IpcMode", "NetworkMode"])
            if (Text(hostConfig[name]).Contains(':', StringComparison.Ordinal))
                Require(HostAccess.Privileged, $"the setting {name} of another container");
    }

    /// <summary>Checks the whole of what the engine is told, and puts paths of the host where they lead.</summary>
    /// <exception cref="EngineException">The host does not allow something of it.</exception>
    public void Apply(JsonObject hostConfig)
    {
        if (hostConfig["Privileged"]?.GetValueKind() == System.Text.Json.JsonValueKind.True)
            Require(HostAccess.Privileged, "privileged containers");
        if (Texts(hostConfig["SecurityOpt"]).Any(HostNeeds.IsUnconfined))
            Require(HostAccess.Privileged, "containers without confinement");
        if (hostConfig["Devices"] is JsonArray { Count: > 0 })
            Require(HostAccess.Devices, "devices of the host");
        if (HostNeeds.AreUnusual(Texts(hostConfig["CapAdd"])))
            Require(HostAccess.Capabilities, "added Linux capabilities");
        if (Text(hostConfig["NetworkMode"]) == "host")
            Require(HostAccess.Network, "the host's network");
        if (Text(hostConfig["PidMode"]) == "host")
            Require(HostAccess.Pid, "the host's processes");
        if (Text(hostConfig["IpcMode"]) == "host")
            Require(HostAccess.Ipc, "the host's IPC resources");
        if (hostConfig["LogConfig"]?["Config"] is JsonObject options)
            CheckSockets(options);
        if (hostConfig["Binds"] is JsonArray binds)
            Resolve(binds);
    }

    /// <summary>Checks a Docker volume, which the driver's options may make a path of the host.</summary>
    /// <returns>The volume, with its path where that leads.</returns>
    /// <exception cref="EngineException">The host does not allow it.</exception>
    public IReadOnlyDictionary<string, string> Checked(string driver, IReadOnlyDictionary<string, string> options)
    {
        if (HostNeeds.PathOf(driver, options) is not { } path)
            return options;
        var real = Paths().Resolve(path);
        return options.GetValueOrDefault("device") == path
            ? new Dictionary<string, string>(options, StringComparer.Ordinal) { ["device"] = real }
            : options;
    }

    private void CheckSockets(JsonObject options)
    {
        foreach (var (_, value) in options)
            if (Text(value) is var text && text.StartsWith(Socket, StringComparison.OrdinalIgnoreCase))
                Paths().Resolve(text[Socket.Length..]);
    }

    // As Docker reads them: what stands before the first colon is a path, or the name of a volume.
    private void Resolve(JsonArray binds)
    {
        HostPaths? paths = null;
        for (var index = 0; index < binds.Count; index++)
        {
            var text = Text(binds[index]);
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || !text.Contains('/', StringComparison.Ordinal))
                throw new HostRefusalException($"invalid volume specification: '{text}'");
            if (text[..colon] is var source && source.Contains('/', StringComparison.Ordinal))
                binds[index] = (paths ??= Paths()).Resolve(source) + text[colon..];
        }
    }

    private HostPaths Paths() => new(access, never, MountTable.Read());

    private void Require(string kind, string what)
    {
        if (!access.Allows(kind))
            throw new HostRefusalException($"the host does not allow {what} (--allow {kind})");
    }

    private static IEnumerable<string> Texts(JsonNode? node) => (node as JsonArray ?? []).Select(Text);

    private static string Text(JsonNode? node) =>
        node?.GetValueKind() == System.Text.Json.JsonValueKind.String ? node.GetValue<string>() : "";
}
