using Estiba.Contracts.Ecs;
using static Estiba.Contracts.Ecs.EcsErrors;

namespace Estiba.Ecs.TaskDefinitions.Validation;

/// <summary>What a container may not set in its network mode.</summary>
internal static class NetworkChecks
{
    internal static void Check(TaskDefinition definition)
    {
        var mode = definition.NetworkMode ?? NetworkMode.Bridge;
        foreach (var container in definition.ContainerDefinitions!)
        {
            if (mode != NetworkMode.Bridge && container.Links is { Count: > 0 })
                throw ClientException($"Links are not supported when networkMode={mode}.");
            if (mode == NetworkMode.None && container.PortMappings is { Count: > 0 })
                throw ClientException("Port mappings are not supported when networkMode=none.");
            if (mode == NetworkMode.Awsvpc)
                CheckAwsvpc(container);
        }
    }

    private static void CheckAwsvpc(ContainerDefinition container)
    {
        const string Mode = "on container when networkMode=awsvpc.";
        if (container.Hostname is not null)
            throw ClientException("hostname is not supported " + Mode);
        if (container.DisableNetworking == true)
            throw ClientException("Disable Networking is not supported " + Mode);
        if (container.DnsServers is { Count: > 0 })
            throw ClientException("DNS servers are not supported " + Mode);
        if (container.DnsSearchDomains is { Count: > 0 })
            throw ClientException("DNS search domains are not supported " + Mode);
        if (container.ExtraHosts is { Count: > 0 })
            throw ClientException("Extra hosts are not supported " + Mode);
    }
}
