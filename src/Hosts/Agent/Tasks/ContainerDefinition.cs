using System.Text.Json;
using System.Text.Json.Nodes;
using Estiba.Engines;

namespace Estiba.Agent.Tasks;

/// <summary>Turns a container of a payload into Docker's create form.</summary>
/// <remarks>
/// As AWS's agent does it: what the payload says in its own words comes first, then the members of <c>dockerConfig</c>
/// (two JSON strings in Docker's form) go over it. Bindings, names and labels that only the agent can know are added
/// here.
/// </remarks>
internal sealed class ContainerDefinition(AcsTask task, AcsContainer container)
{
    private const int MinimumCpuShares = 2;

    private readonly JsonObject _config = Parse(container.DockerConfig?.Config);
    private readonly JsonObject _hostConfig = Parse(container.DockerConfig?.HostConfig);

    /// <summary>What the payload says of the host in Docker's own words.</summary>
    public JsonObject PayloadHostConfig => _hostConfig;

    /// <summary>The log driver that the container asks for; empty is the engine's default.</summary>
    public string LogDriver => _hostConfig["LogConfig"]?["Type"]?.GetValue<string>() ?? "";

    /// <summary>It has a pseudo terminal.</summary>
    public bool Terminal => _config["Tty"]?.GetValueKind() == JsonValueKind.True;

    /// <summary>The log driver's options.</summary>
    public IReadOnlyDictionary<string, string> LogOptions =>
        (_hostConfig["LogConfig"]?["Config"] as JsonObject)?.ToDictionary(
            option => option.Key,
            option => option.Value?.ToString() ?? "",
            StringComparer.Ordinal
        )
        ?? new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The whole form.</summary>
    /// <param name="labels">Labels of the agent's own.</param>
    /// <param name="fileEnvironment">From environment files; the definition's own variables win.</param>
    /// <param name="injected">The agent's own variables.</param>
    /// <param name="bindAddress">Where ports are published; null for every address.</param>
    /// <param name="engineNames">The engine's name of each container of the task, by the definition's.</param>
    /// <param name="logConfig">Replaces the log configuration; null leaves it.</param>
    /// <param name="random">For the choice of host ports.</param>
    /// <exception cref="EngineException">The definition cannot be turned into one; the message says why.</exception>
    public JsonObject Build(
        IReadOnlyDictionary<string, string> labels,
        IReadOnlyList<KeyValuePair<string, string>> fileEnvironment,
        InjectedVariables injected,
        string? bindAddress,
        Func<string, string?> engineNames,
        JsonObject? logConfig,
        Random random
    )
    {
        var body = new JsonObject { ["Image"] = container.Image };
        if (Command() is { Count: > 0 } command)
            body["Cmd"] = command;
        if (container.EntryPoint is { Count: > 0 } entryPoint)
            body["Entrypoint"] = Strings(entryPoint);
        if (Environment(fileEnvironment, injected) is { Count: > 0 } environment)
            body["Env"] = environment;

        var host = new JsonObject { ["CpuShares"] = Math.Max(container.Cpu ?? 0, MinimumCpuShares) };
        if (container.Memory is > 0 and var memory)
            host["Memory"] = (long)memory * 1024 * 1024;
        if (task.NetworkMode is { Length: > 0 } networkMode)
            host["NetworkMode"] = networkMode;
        if (task.PidMode == "host")
            host["PidMode"] = "host";
        if (task.IpcMode is "host" or "none")
            host["IpcMode"] = task.IpcMode;
        if (TaskVolumes.Binds(task, container) is { Count: > 0 } binds)
            host["Binds"] = binds;
        if (container.Links is { Count: > 0 } links)
            host["Links"] = Strings(links.Select(link => Link(link, engineNames)));
        if (container.VolumesFrom is { Count: > 0 } volumesFrom)
            host["VolumesFrom"] = Strings(
                volumesFrom.Select(volume =>
                    Named(volume.SourceContainer ?? "", engineNames) + (volume.ReadOnly == true ? ":ro" : "")
                )
            );
        if (task.NetworkMode is not ("host" or "none"))
            PortBindings.Apply(container.PortMappings ?? [], bindAddress, random, body, host);

        Overlay(host, _hostConfig);
        if (logConfig is not null)
            host["LogConfig"] = logConfig;
        ShareNamespaces(host, engineNames);

        Overlay(body, _config);
        body["Labels"] = Labels(labels);
        body["HostConfig"] = host;
        return body;
    }

    /// <summary>Tells a container which name servers to ask, where its definition does not.</summary>
    /// <remarks>The engine heeds it on the host's network too; without a network there is nobody to ask.</remarks>
    public static void Resolve(JsonObject hostConfig, ContainerResolver resolver)
    {
        if (hostConfig["Dns"] is JsonArray { Count: > 0 } || hostConfig["NetworkMode"]?.GetValue<string>() == "none")
            return;
        hostConfig["Dns"] = Strings(resolver.Servers);
        hostConfig["DnsOptions"] ??= Strings(resolver.Options);
    }

    /// <summary>The overrides carry a command of <c>run-task</c>; it replaces the definition's.</summary>
    private JsonArray? Command()
    {
        if (Parse(container.Overrides)["command"] is JsonArray { Count: > 0 } overriding)
            return (JsonArray)overriding.DeepClone();
        return container.Command is { Count: > 0 } command ? Strings(command) : null;
    }

    private JsonArray Environment(IReadOnlyList<KeyValuePair<string, string>> fromFiles, InjectedVariables injected)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (
            var (name, value) in injected
                .Defaults.Concat(fromFiles)
                .Concat(container.Environment ?? Enumerable.Empty<KeyValuePair<string, string>>())
                .Concat(injected.Fixed)
        )
            variables[name] = value;
        return Strings(variables.Select(variable => $"{variable.Key}={variable.Value}"));
    }

    /// <summary>
    /// A task's own namespaces ("pidMode" and "ipcMode" <c>task</c>) belong to its first container; the others join it.
    /// </summary>
    private void ShareNamespaces(JsonObject host, Func<string, string?> engineNames)
    {
        if (task.Containers is not [{ Name: { } first }, ..])
            return;
        if (task.PidMode == "task" && first != container.Name)
            host["PidMode"] = "container:" + Named(first, engineNames);
        if (task.IpcMode == "task")
            host["IpcMode"] = first == container.Name ? "shareable" : "container:" + Named(first, engineNames);
    }

    private JsonObject Labels(IReadOnlyDictionary<string, string> labels)
    {
        var all = new JsonObject();
        foreach (var (name, value) in _config["Labels"] as JsonObject ?? [])
        {
            if (!name.StartsWith(ContainerNaming.Reserved, StringComparison.Ordinal))
                all[name] = value?.DeepClone();
        }

        foreach (var (name, value) in labels)
            all[name] = value;
        return all;
    }

    private static string Link(string link, Func<string, string?> engineNames)
    {
        var colon = link.IndexOf(':', StringComparison.Ordinal);
        var (name, alias) = colon < 0 ? (link, link) : (link[..colon], link[(colon + 1)..]);
        return $"{Named(name, engineNames)}:{alias}";
    }

    private static string Named(string container, Func<string, string?> engineNames) =>
        engineNames(container) ?? throw new EngineException($"Link target does not exist: {container}");

    private static void Overlay(JsonObject target, JsonObject over)
    {
        foreach (var (name, value) in over)
            if (value is not null)
                target[name] = value.DeepClone();
    }

    private static JsonArray Strings(IEnumerable<string> values)
    {
        var array = new JsonArray();
        foreach (var value in values)
            array.Add((JsonNode?)JsonValue.Create(value));
        return array;
    }

    private static JsonObject Parse(string? json)
    {
        if (string.IsNullOrWhiteSpace(json))
            return [];
        try
        {
            return JsonNode.Parse(json) as JsonObject ?? [];
        }
        catch (JsonException exception)
        {
            throw new EngineException($"The payload's docker configuration is not JSON: {exception.Message}");
        }
    }
}
