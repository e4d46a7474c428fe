namespace Estiba.Engines.Simulated;

/// <summary>One pretended container: a few fields, no task, no timer unless its script has one.</summary>
internal sealed class SimulatedContainer
{
    private const int MostLines = 1000;

    private List<LogLine>? _output;

    public required string Id { get; init; }

    public required string Name { get; init; }

    public required string Image { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    public required ContainerScript Script { get; init; }

    /// <summary>What is to be published, and once it runs, where it is.</summary>
    public IReadOnlyList<PublishedPort> Ports { get; set; } = [];

    public string NetworkMode { get; init; } = "";

    public ContainerStatus Status { get; set; }

    public int ExitCode { get; set; }

    public bool OutOfMemory { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    /// <summary>When it was started, in the clock's ticks.</summary>
    public long Began { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }

    public HealthState Health { get; set; }

    public DateTimeOffset? HealthCheckedAt { get; set; }

    /// <summary>What its script still has to do; null for most.</summary>
    public ITimer? Timer { get; set; }

    /// <summary>Whoever waits for its end or its next line.</summary>
    public TaskCompletionSource? Changed { get; set; }

    public IReadOnlyList<LogLine> Output => _output ?? (IReadOnlyList<LogLine>)[];

    public bool IsRunning => Status is ContainerStatus.Running or ContainerStatus.Paused;

    public void Print(LogLine line)
    {
        _output ??= [];
        if (_output.Count == MostLines)
            _output.RemoveAt(0);
        _output.Add(line);
    }

    /// <summary>Completes at its next change.</summary>
    public Task NextChange() =>
        (Changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void SignalChange()
    {
        Changed?.TrySetResult();
        Changed = null;
    }

    public ContainerInspection Inspect() =>
        new()
        {
            Id = Id,
            Name = Name,
            Image = Image,
            ImageId = SimulatedImages.IdOf(Image),
            Status = Status,
            ExitCode = ExitCode,
            OutOfMemory = OutOfMemory,
            CreatedAt = CreatedAt,
            StartedAt = StartedAt,
            FinishedAt = FinishedAt,
            Health = Health,
            HealthCheckedAt = HealthCheckedAt,
            HasHealthCheck = Script.HealthyAfter is not null || Script.UnhealthyAfter is not null,
            Labels = Labels,
            Ports = IsRunning ? Ports : [],
            NetworkMode = NetworkMode,
        };
}
