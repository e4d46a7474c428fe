using System.Text.Unicode;

namespace Estiba.Benchmarks.Scale;

/// <summary>What a host says of one of its tasks: all that the agent would say.</summary>
/// <param name="Host">Who says it.</param>
/// <param name="Task">The task's id.</param>
/// <param name="Port">The host port of its container; zero for a task that has stopped.</param>
/// <param name="At">When its container started or ended, in milliseconds since 1970.</param>
internal readonly record struct HostReport(SimulatedHost Host, UInt128 Task, int Port, long At)
{
    internal bool IsRunning => Port > 0;

    /// <summary>Writes the body of <c>SubmitTaskStateChange</c> and says its length.</summary>
    internal int Write(Span<byte> output)
    {
        var (seconds, milliseconds) = (At / 1000, At % 1000);
        var fits = IsRunning
            ? Utf8.TryWrite(
                output,
                $$"""
                {"cluster":"{{ScaleWorkload.Cluster}}","task":"{{Host.TaskArnPrefix}}{{Task:x32}}","status":"RUNNING","containers":[{"containerName":"{{ScaleWorkload.Container}}","runtimeId":"{{Task:x32}}{{Task:x32}}","imageDigest":"sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","status":"RUNNING","networkBindings":[{"bindIP":"0.0.0.0","containerPort":{{ScaleWorkload.ContainerPort}},"hostPort":{{Port}},"protocol":"tcp"}]}],"pullStartedAt":{{seconds}}.{{milliseconds:D3}},"pullStoppedAt":{{seconds}}.{{milliseconds:D3}}}
                """,
                out var length
            )
            : Utf8.TryWrite(
                output,
                $$"""
                {"cluster":"{{ScaleWorkload.Cluster}}","task":"{{Host.TaskArnPrefix}}{{Task:x32}}","status":"STOPPED","containers":[{"containerName":"{{ScaleWorkload.Container}}","runtimeId":"{{Task:x32}}{{Task:x32}}","status":"STOPPED","exitCode":0}],"executionStoppedAt":{{seconds}}.{{milliseconds:D3}}}
                """,
                out length
            );
        return fits ? length : throw new InvalidOperationException("The report is too long.");
    }
}
