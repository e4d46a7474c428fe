namespace Estiba.Engines.Simulated;

/// <summary>
/// How the pretended engine behaves. The times pass on its <see cref="TimeProvider"/>; zero is at once.
/// </summary>
public sealed record SimulationOptions
{
    /// <summary>How long the first pull of an image takes; further ones find it there.</summary>
    public TimeSpan PullTime { get; init; }

    /// <summary>How long creating a container takes.</summary>
    public TimeSpan CreateTime { get; init; }

    /// <summary>How long starting a container takes.</summary>
    public TimeSpan StartTime { get; init; }

    /// <summary>How long a container takes to end when it is asked to.</summary>
    public TimeSpan StopTime { get; init; }

    /// <summary>
    /// Each of the times is stretched at random by up to this share of it; 0.5 is up to half as much again.
    /// </summary>
    public double Jitter { get; init; }

    /// <summary>
    /// What a container of an image does; <see cref="ContainerScript.OfImage"/> unless said otherwise.
    /// </summary>
    public Func<string, ContainerScript> Script { get; init; } = ContainerScript.OfImage;

    /// <summary>
    /// The label by whose value containers are found without looking at all of them: which agent's they are.
    /// </summary>
    public string IndexedLabel { get; init; } = "estiba.instance";

    /// <summary>Processors that the pretended host has.</summary>
    public int Processors { get; init; } = 64;

    /// <summary>Memory that the pretended host has, in bytes.</summary>
    public long Memory { get; init; } = 256L * 1024 * 1024 * 1024;
}

/// <summary>What a pretended container does with its life.</summary>
public sealed record ContainerScript
{
    /// <summary>
    /// It runs until it is stopped, then ends with 143, as a program does that leaves SIGTERM to the system.
    /// </summary>
    public static ContainerScript Forever { get; } = new();

    /// <summary>The message with which pulling its image fails; null if it does not.</summary>
    public string? PullError { get; init; }

    /// <summary>The message with which creating it fails; null if it does not.</summary>
    public string? CreateError { get; init; }

    /// <summary>The message with which starting it fails; null if it does not.</summary>
    public string? StartError { get; init; }

    /// <summary>After how long it ends on its own; null for never.</summary>
    public TimeSpan? RunsFor { get; init; }

    /// <summary>What it returns when it ends on its own.</summary>
    public int ExitCode { get; init; }

    /// <summary>It ends for want of memory.</summary>
    public bool OutOfMemory { get; init; }

    /// <summary>It takes no notice of SIGTERM, and ends with 137 when its time is up.</summary>
    public bool IgnoresStop { get; init; }

    /// <summary>After how long its health check says that it is healthy; null if it has none.</summary>
    public TimeSpan? HealthyAfter { get; init; }

    /// <summary>After how long its health check says that it is unhealthy; null for never.</summary>
    public TimeSpan? UnhealthyAfter { get; init; }

    /// <summary>What it prints when it starts, a line each.</summary>
    public IReadOnlyList<string> Output { get; init; } = [];

    /// <summary>
    /// Reads the life of a container from its image's name, so that a task definition is enough to ask for a failure.
    /// </summary>
    /// <remarks>
    /// <c>simulated/no-such-image</c>, <c>simulated/cannot-create</c>, <c>simulated/cannot-start</c>,
    /// <c>simulated/out-of-memory</c>, <c>simulated/ignores-stop</c>, <c>simulated/healthy</c>,
    /// <c>simulated/unhealthy</c>, <c>simulated/exit:CODE</c>, <c>simulated/exit:CODE-after-SECONDS</c>. Every other
    /// image runs for ever.
    /// </remarks>
    public static ContainerScript OfImage(string image)
    {
        ArgumentNullException.ThrowIfNull(image);
        const string Prefix = "simulated/";
        if (!image.StartsWith(Prefix, StringComparison.Ordinal))
            return Forever;

        var (name, tag) = image[Prefix.Length..].Split(':') is [var first, var second, ..]
            ? (first, second)
            : (image[Prefix.Length..], "");
        return name switch
        {
            "no-such-image" => new ContainerScript
            {
                PullError =
                    $"pull access denied for {Prefix}{name}, repository does not exist or may require 'docker "
                    + "login': denied: requested access to the resource is denied",
            },
            "cannot-create" => new ContainerScript { CreateError = "No command specified" },
            "cannot-start" => new ContainerScript
            {
                StartError =
                    "failed to create task for container: failed to create shim task: OCI runtime create failed: "
                    + "runc create failed: unable to start container process: exec: \"missing\": executable file "
                    + "not found in $PATH: unknown",
            },
            "out-of-memory" => new ContainerScript
            {
                RunsFor = TimeSpan.FromSeconds(1),
                ExitCode = 137,
                OutOfMemory = true,
            },
            "ignores-stop" => new ContainerScript { IgnoresStop = true },
            "healthy" => new ContainerScript { HealthyAfter = TimeSpan.FromSeconds(5) },
            "unhealthy" => new ContainerScript { UnhealthyAfter = TimeSpan.FromSeconds(5) },
            "exit" => Exit(tag),
            _ => Forever,
        };
    }

    private static ContainerScript Exit(string tag)
    {
        var parts = tag.Split("-after-");
        return new ContainerScript
        {
            ExitCode = int.TryParse(parts[0], out var code) ? code : 0,
            RunsFor = TimeSpan.FromSeconds(
                parts.Length > 1 && double.TryParse(parts[1], out var seconds) ? seconds : 0.1
            ),
        };
    }
}
