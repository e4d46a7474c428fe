using System.Net;
using System.Text.Json.Nodes;

namespace Estiba.Engines.Docker;

public sealed partial class DockerEngine
{
    /// <inheritdoc/>
    public async Task<string> CreateContainerAsync(string name, JsonObject definition, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(definition);
        using var response = await _docker.SendAsync(
            HttpMethod.Post,
            "containers/create?name=" + Uri.EscapeDataString(name),
            DockerConnection.Json(definition.ToJsonString()),
            cancellation
        );
        return (await _docker.ReadAsync(response, DockerJson.Default.DockerId, cancellation)).Id;
    }

    /// <inheritdoc/>
    public Task StartContainerAsync(string container, CancellationToken cancellation) =>
        _docker.DoAsync(
            HttpMethod.Post,
            $"containers/{Escape(container)}/start",
            content: null,
            cancellation,
            HttpStatusCode.NotModified
        );

    /// <inheritdoc/>
    public Task StopContainerAsync(string container, TimeSpan timeout, CancellationToken cancellation) =>
        _docker.DoAsync(
            HttpMethod.Post,
            $"containers/{Escape(container)}/stop?t={(int)Math.Ceiling(timeout.TotalSeconds)}",
            content: null,
            cancellation,
            HttpStatusCode.NotModified
        );

    /// <inheritdoc/>
    public Task KillContainerAsync(string container, string signal, CancellationToken cancellation) =>
        _docker.DoAsync(
            HttpMethod.Post,
            $"containers/{Escape(container)}/kill?signal={Uri.EscapeDataString(signal)}",
            content: null,
            cancellation
        );

    /// <inheritdoc/>
    public Task RemoveContainerAsync(string container, bool force, CancellationToken cancellation) =>
        _docker.DoAsync(
            HttpMethod.Delete,
            $"containers/{Escape(container)}?v=true&force={(force ? "true" : "false")}",
            content: null,
            cancellation,
            HttpStatusCode.NotFound
        );

    /// <inheritdoc/>
    public async Task<ContainerInspection?> FindContainerAsync(string container, CancellationToken cancellation)
    {
        var found = await _docker.FindAsync(
            $"containers/{Escape(container)}/json",
            DockerJson.Default.DockerContainer,
            cancellation
        );
        return found is null ? null : Inspection(found);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<ContainerSummary>> ListContainersAsync(
        IReadOnlyList<string> labels,
        CancellationToken cancellation
    )
    {
        var found = await _docker.GetAsync(
            "containers/json?all=true&filters=" + Filters(("label", labels)),
            DockerJson.Default.ListDockerContainerSummary,
            cancellation
        );
        return
        [
            .. found.Select(container => new ContainerSummary(
                container.Id,
                container.Names is [var name, ..] ? name.TrimStart('/') : "",
                container.Image ?? "",
                container.ImageId ?? "",
                Status(container.State),
                DateTimeOffset.FromUnixTimeSeconds(container.Created),
                container.Labels ?? []
            )
            {
                NetworkMode = container.HostConfig?.NetworkMode ?? "",
                Addresses =
                [
                    .. (container.NetworkSettings?.Networks ?? [])
                        .Values.Select(network => network?.IpAddress)
                        .OfType<string>()
                        .Where(address => address.Length > 0),
                ],
            }),
        ];
    }

    private static ContainerInspection Inspection(DockerContainer container)
    {
        var state = container.State;
        var lastCheck = state.Health?.Log is [.., var last] ? last : null;
        return new ContainerInspection
        {
            Id = container.Id,
            Name = container.Name?.TrimStart('/') ?? "",
            Image = container.Config?.Image ?? "",
            ImageId = container.Image ?? "",
            Status = Status(state.Status),
            ExitCode = state.ExitCode,
            OutOfMemory = state.OomKilled,
            Error = state.Error ?? "",
            CreatedAt = container.Created,
            StartedAt = Time(state.StartedAt),
            FinishedAt = Time(state.FinishedAt),
            HasHealthCheck = state.Health is not null || container.Config?.Healthcheck?.Test is [not "NONE", ..],
            Health = state.Health?.Status switch
            {
                "starting" => HealthState.Starting,
                "healthy" => HealthState.Healthy,
                "unhealthy" => HealthState.Unhealthy,
                _ => HealthState.None,
            },
            HealthOutput = lastCheck?.Output ?? "",
            HealthCheckedAt = Time(lastCheck?.End),
            Labels = container.Config?.Labels ?? [],
            Ports = Ports(container.NetworkSettings?.Ports),
            Terminal = container.Config?.Tty ?? false,
            NetworkMode = container.HostConfig?.NetworkMode ?? "",
            Addresses = (container.NetworkSettings?.Networks ?? []).ToDictionary(
                network => network.Key,
                network => network.Value?.IpAddress ?? "",
                StringComparer.Ordinal
            ),
            Mounts =
            [
                .. (container.Mounts ?? []).Select(mount => new ContainerMount(
                    mount.Name ?? "",
                    mount.Source ?? "",
                    mount.Destination ?? ""
                )),
            ],
        };
    }

    private static List<PublishedPort> Ports(Dictionary<string, List<DockerPortBinding>?>? ports)
    {
        var published = new List<PublishedPort>();
        foreach (var (port, bindings) in ports ?? [])
        {
            var slash = port.IndexOf('/', StringComparison.Ordinal);
            if (!int.TryParse(slash < 0 ? port : port[..slash], out var containerPort))
                continue;

            foreach (var binding in bindings ?? [])
                if (int.TryParse(binding.HostPort, out var hostPort))
                    published.Add(
                        new PublishedPort(
                            containerPort,
                            slash < 0 ? "tcp" : port[(slash + 1)..],
                            binding.HostIp ?? "0.0.0.0",
                            hostPort
                        )
                    );
        }

        return published;
    }

    private static ContainerStatus Status(string? status) =>
        status switch
        {
            "created" => ContainerStatus.Created,
            "running" => ContainerStatus.Running,
            "paused" => ContainerStatus.Paused,
            "restarting" => ContainerStatus.Restarting,
            "removing" => ContainerStatus.Removing,
            "exited" => ContainerStatus.Exited,
            _ => ContainerStatus.Dead,
        };
}
