using Estiba.Agent.Tasks;
using Estiba.Agent.Tests.StandIns;
using Estiba.Contracts.Acs;
using Estiba.Contracts.Signing;
using Estiba.Engines.Simulated;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Estiba.Agent.Tests.Tasks;

/// <summary>A volume driver that does not answer: the task must have an end all the same.</summary>
public sealed class VolumeTimeoutTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_task_whose_volume_is_not_created_in_time_is_stopped_with_the_reason()
    {
        var (task, running) = Begin(StepKind.PrepareVolumes);

        _time.Advance(TimeSpan.FromMinutes(5));

        var outcome = await running.WaitAsync(TimeSpan.FromSeconds(60));
        outcome(task)!
            .StopReason.ShouldBe(
                "ResourceInitializationError: failed to create volume: DockerTimeoutError: Could not transition "
                    + "to created; timed out after waiting 5m0s"
            );
    }

    [Fact]
    public async Task A_clean_up_that_takes_too_long_is_tried_again()
    {
        var (task, running) = Begin(StepKind.CleanUp);

        _time.Advance(TimeSpan.FromMinutes(5));

        var outcome = await running.WaitAsync(TimeSpan.FromSeconds(60));
        outcome(task with { CleaningUp = true })!.CleaningUp.ShouldBeFalse();
    }

    private (TaskState Task, Task<Func<TaskState, TaskState?>> Running) Begin(StepKind kind)
    {
        var definition = TestTasks.Task() with
        {
            Volumes =
            [
                new Volume
                {
                    Name = "data",
                    Type = "docker",
                    DockerVolumeConfiguration = new DockerVolumeConfiguration { Scope = "task", Driver = "nfs" },
                },
            ],
        };
        var task = TaskState.Accept(definition, _time.GetUtcNow(), static () => "1");
        var options = new AgentOptions
        {
            Region = "eu-west-1",
            Credentials = static () => new AwsCredentials("key", "secret"),
            InstanceId = "i-1",
            Cpu = 1024,
            Memory = 1024,
        };
        var engine = new CountingEngine(new SimulatedEngine(new SimulationOptions(), _time, seed: 1))
        {
            VolumesHang = true,
        };
        var effects = new TaskEffects(
            options,
            engine,
            images: null!,
            logs: null!,
            new TaskJournal(null),
            static (_, _) => InjectedVariables.None,
            _time,
            new Random(1),
            NullLogger.Instance
        );
        return (task, effects.RunAsync(task, new TaskStep(kind), CancellationToken.None, CancellationToken.None));
    }
}
