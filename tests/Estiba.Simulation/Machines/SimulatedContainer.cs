using Estiba.Agent.Tasks;
using Estiba.Engines;
using Estiba.Engines.Simulated;

namespace Estiba.Simulation.Machines;

/// <summary>A container of an <see cref="Engine"/>.</summary>
internal sealed class SimulatedContainer
{
    internal required string Id { get; init; }

    /// <summary>Its name in the engine.</summary>
    internal required string Name { get; init; }

    internal required string Image { get; init; }

    internal required ContainerScript Script { get; init; }

    internal required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>The ports to publish; a host port of 0 is chosen by the engine.</summary>
    internal required IReadOnlyList<PublishedPort> AskedPorts { get; init; }

    internal required DateTimeOffset CreatedAt { get; init; }

    internal ContainerStatus Status { get; set; }

    internal int ExitCode { get; set; }

    internal bool OutOfMemory { get; set; }

    internal DateTimeOffset? StartedAt { get; set; }

    internal DateTimeOffset? FinishedAt { get; set; }

    internal HealthState Health { get; set; }

    internal IReadOnlyList<PublishedPort> Ports { get; set; } = [];

    /// <summary>How often it was started.</summary>
    internal int Starts { get; set; }

    internal bool IsRunning => Status == ContainerStatus.Running;

    /// <summary>The task that it belongs to.</summary>
    internal string TaskArn => Labels[ContainerNaming.TaskArnLabel];

    /// <summary>What the task definition calls it.</summary>
    internal string ContainerName => Labels[ContainerNaming.ContainerNameLabel];

    internal ContainerInspection Inspect() =>
        new()
        {
            Id = Id,
            Name = Name,
            Image = Image,
            ImageId = "sha256:0",
            Status = Status,
            ExitCode = ExitCode,
            OutOfMemory = OutOfMemory,
            CreatedAt = CreatedAt,
            StartedAt = StartedAt,
            FinishedAt = FinishedAt,
            Health = Health,
            Labels = Labels,
            Ports = Ports,
        };
}
