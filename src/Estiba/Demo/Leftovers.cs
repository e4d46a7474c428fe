using Estiba.Platforms;

namespace Estiba.Demo;

/// <summary>Removes what a platform and a walk have made in Docker, when the platform does not run any more.</summary>
/// <remarks>
/// Only what bears the name of one of this platform's instances goes: nothing of another platform on the same engine.
/// </remarks>
internal sealed class Leftovers(Shell shell)
{
    /// <summary>Removes the containers, volumes, network and images of a demo. Safe to repeat.</summary>
    internal async Task RemoveAsync(DemoDirectory demo, CancellationToken cancellation)
    {
        await RemoveAsync(demo.Data, cancellation);
        foreach (var container in demo.Record.Containers)
            await QuietlyAsync($"docker rm -f -v {container}", cancellation);
        foreach (var image in demo.Record.Images)
            await QuietlyAsync($"docker rmi {image}", cancellation);
    }

    /// <summary>
    /// Removes the containers of a platform's virtual instances, their volumes and the platform's network.
    /// </summary>
    internal async Task RemoveAsync(DataLayout layout, CancellationToken cancellation)
    {
        foreach (var instance in InstancesOf(layout))
        {
            await QuietlyAsync(
                $"docker ps -aq --filter label=estiba.instance={instance} | xargs -r docker rm -f -v",
                cancellation
            );
            await QuietlyAsync(
                $"docker volume ls -q --filter label=estiba.instance={instance} | xargs -r docker volume rm",
                cancellation
            );
        }

        var network = InstanceNetworkName.Of(layout).Network;
        await QuietlyAsync($"docker network rm {network}", cancellation);
        await QuietlyAsync($"docker rmi {network}-address-helper", cancellation);
    }

    private static IEnumerable<string> InstancesOf(DataLayout layout) =>
        Directory.Exists(layout.Agents)
            ? Directory.EnumerateDirectories(layout.Agents).Select(path => Path.GetFileName(path)!)
            : [];

    /// <summary>What is gone already needs no word.</summary>
    private Task<ShellAnswer> QuietlyAsync(string line, CancellationToken cancellation) =>
        shell.RunAsync(line, silence: null, cancellation);
}
