using System.Reflection;
using System.Runtime.CompilerServices;
using Estiba.Engines;

namespace Estiba.Agent.Tests.StandIns;

/// <summary>
/// An engine with one container, of which only the output can be read: as each reading is written down.
/// </summary>
internal class ScriptedOutput : DispatchProxy
{
    private readonly Queue<(bool Follow, LogLine[] Lines)> _readings = new();

    /// <summary>This many askings find the container running.</summary>
    public int RunningFor { get; set; }

    /// <summary>The last line that the engine has, whatever its streams say.</summary>
    public LogLine? Newest { get; set; }

    public List<LogsQuery> Queries { get; } = [];

    public static (IContainerEngine Engine, ScriptedOutput Script) Create()
    {
        var engine = Create<IContainerEngine, ScriptedOutput>();
        return (engine, (ScriptedOutput)(object)engine);
    }

    /// <summary>The next reading, without following, gives these.</summary>
    public ScriptedOutput Read(params LogLine[] lines) => Add(follow: false, lines);

    /// <summary>The next reading follows and gives these; it stands still at one that is empty.</summary>
    public ScriptedOutput Follow(params LogLine[] lines) => Add(follow: true, lines);

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) =>
        targetMethod?.Name switch
        {
            nameof(IContainerEngine.ReadLogsAsync) => ReadLogsAsync((LogsQuery)args![1]!, (CancellationToken)args[2]!),
            nameof(IContainerEngine.FindContainerAsync) => Task.FromResult<ContainerInspection?>(
                Inspection(RunningFor-- > 0 ? ContainerStatus.Running : ContainerStatus.Exited)
            ),
            _ => throw new NotSupportedException(targetMethod?.Name),
        };

    private ScriptedOutput Add(bool follow, LogLine[] lines)
    {
        _readings.Enqueue((follow, lines));
        return this;
    }

    private async IAsyncEnumerable<LogLine> ReadLogsAsync(
        LogsQuery query,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        await Task.Yield();
        if (query.Tail is not null)
        {
            if (Newest is { } newest)
                yield return newest;
            yield break;
        }

        Queries.Add(query);
        if (_readings.Count == 0)
            yield break;
        var (follow, lines) = _readings.Dequeue();
        follow.ShouldBe(query.Follow);
        foreach (var line in lines)
        {
            if (line == default)
                await Task.Delay(Timeout.Infinite, cancellation);
            if (query.Since is not { } since || line.At >= since)
                yield return line;
        }
    }

    private static ContainerInspection Inspection(ContainerStatus status) =>
        new()
        {
            Id = "c",
            Name = "c",
            Image = "i",
            ImageId = "i",
            Status = status,
            CreatedAt = default,
            Labels = new Dictionary<string, string>(),
        };
}
