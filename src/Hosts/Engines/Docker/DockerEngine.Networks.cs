using System.Net;

namespace Estiba.Engines.Docker;

public sealed partial class DockerEngine
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<EngineNetwork>> ListNetworksAsync(
        IReadOnlyList<string> labels,
        CancellationToken cancellation
    )
    {
        var networks = await _docker.GetAsync(
            "networks?filters=" + Filters(("label", labels)),
            DockerJson.Default.ListDockerNetwork,
            cancellation
        );
        return
        [
            .. networks.Select(network => new EngineNetwork
            {
                Id = network.Id ?? "",
                Name = network.Name,
                Driver = network.Driver ?? "",
                Internal = network.Internal,
                Subnet = network.Ipam?.Config is [var config, ..] ? config.Subnet : null,
                Gateway = network.Ipam?.Config is [var same, ..] ? same.Gateway : null,
                Options = network.Options ?? [],
                Labels = network.Labels ?? [],
            }),
        ];
    }

    /// <inheritdoc/>
    public async Task<string> CreateNetworkAsync(EngineNetwork network, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(network);
        var ipam = network.Subnet is null
            ? null
            : new DockerIpam([new DockerIpamConfig(network.Subnet, network.Gateway)]);
        var body = new DockerNetworkCreation(
            network.Name,
            network.Driver,
            network.Internal,
            CheckDuplicate: true,
            ipam,
            network.Options,
            network.Labels
        );
        using var response = await _docker.SendAsync(
            HttpMethod.Post,
            "networks/create",
            DockerConnection.Json(body, DockerJson.Default.DockerNetworkCreation),
            cancellation
        );
        return (await _docker.ReadAsync(response, DockerJson.Default.DockerId, cancellation)).Id;
    }

    /// <inheritdoc/>
    public Task RemoveNetworkAsync(string network, CancellationToken cancellation) =>
        _docker.DoAsync(
            HttpMethod.Delete,
            $"networks/{Escape(network)}",
            content: null,
            cancellation,
            HttpStatusCode.NotFound
        );

    /// <inheritdoc/>
    public async Task<EngineVolume?> FindVolumeAsync(string name, CancellationToken cancellation)
    {
        var volume = await _docker.FindAsync($"volumes/{Escape(name)}", DockerJson.Default.DockerVolume, cancellation);
        return volume is null ? null : Volume(volume);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<EngineVolume>> ListVolumesAsync(
        IReadOnlyList<string> labels,
        CancellationToken cancellation
    )
    {
        var list = await _docker.GetAsync(
            "volumes?filters=" + Filters(("label", labels)),
            DockerJson.Default.DockerVolumeList,
            cancellation
        );
        return [.. (list.Volumes ?? []).Select(Volume)];
    }

    /// <inheritdoc/>
    public Task CreateVolumeAsync(EngineVolume volume, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(volume);
        var body = new DockerVolumeCreation(volume.Name, volume.Driver, volume.Options, volume.Labels);
        return _docker.DoAsync(
            HttpMethod.Post,
            "volumes/create",
            DockerConnection.Json(body, DockerJson.Default.DockerVolumeCreation),
            cancellation
        );
    }

    /// <inheritdoc/>
    public Task RemoveVolumeAsync(string name, CancellationToken cancellation) =>
        _docker.DoAsync(
            HttpMethod.Delete,
            $"volumes/{Escape(name)}",
            content: null,
            cancellation,
            HttpStatusCode.NotFound
        );

    private static EngineVolume Volume(DockerVolume volume) =>
        new()
        {
            Name = volume.Name,
            Driver = volume.Driver ?? "local",
            Options = volume.Options ?? [],
            Labels = volume.Labels ?? [],
        };
}
