using Estiba.Agent;
using Estiba.Agent.Engines;
using Estiba.Agent.Tasks;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;

namespace Estiba.Simulation.Machines;

/// <summary>Does in the simulated engine what the agent's own code decides, as <see cref="TaskEffects"/> does it in a real one, and carries reports to the server.</summary>
/// <remarks>A step does its work at one moment and says so a little later, so that an agent can be killed in between.</remarks>
internal sealed class AgentWork : ITaskWork
{
    private const int ConcurrentReports = 8;
    private static readonly TimeSpan LongestStep = TimeSpan.FromMilliseconds(800);
    private static readonly TimeSpan CleanUpRetry = TimeSpan.FromSeconds(30);

    private readonly World world;
    private readonly Machine machine;
    private readonly SimulatedAgent agent;
    private readonly WakeUps wakeUps;
    private readonly ReportQueue reports = new();
    private bool isReporting;
    private int reportsUnderWay;

    internal AgentWork(World world, Machine machine, SimulatedAgent agent)
    {
        this.world = world;
        this.machine = machine;
        this.agent = agent;
        wakeUps = new WakeUps(machine.Clock, WakeUp);
    }

    private DateTimeOffset Now => machine.Clock.GetUtcNow();

    /// <summary>Reports go out from now on: the agent is registered.</summary>
    internal void BeginReporting()
    {
        isReporting = true;
        SendReports();
    }

    public void Do(TaskEntry entry, TaskStep step)
    {
        var task = entry.State;
        world.Observe(machine, task, step);
        switch (step.Kind)
        {
            case StepKind.PullImage:
                Pull(entry, task, step);
                break;
            case StepKind.StopContainer when machine.Engine.Containers.FirstOrDefault(container => container.Name == task.Containers[step.Container].EngineName) is { Script.IgnoresStop: true, IsRunning: true }:
                Carry(entry, step, step.Timeout, () => Stop(task, step.Container));
                break;
            default:
                Carry(entry, step, LongestStep * world.Random.NextDouble(), () => Try(task, step));
                break;
        }
    }

    public void Look(TaskEntry entry, int index, string name) => agent.Soon(() =>
    {
        Func<TaskState, TaskState>? outcome = null;
        try
        {
            var seen = machine.Engine.Inspect(name);
            if (seen is not null && seen.Labels[ContainerNaming.TaskArnLabel] != entry.State.Arn) seen = null;
            outcome = state => TaskOutcomes.Seen(state.WithoutRetry(index), index, seen, Now);
        }
        catch (EngineException)
        {
            // The board has it looked at again.
        }

        agent.Soon(() => agent.Board.Looked(entry, index, outcome));
    });

    public void RemoveUnknown(ContainerSummary container) => agent.After(LongestStep, () =>
    {
        try
        {
            machine.Engine.Remove(container.Id);
            agent.Soon(() => agent.Board.UnknownRemoved(container));
        }
        catch (EngineException)
        {
            // As the agent's own: the next manifest brings it up again.
        }
    });

    public void WakeUpAt(string task, DateTimeOffset at) => wakeUps.Add(task, at);

    public void Report(SubmitTaskStateChangeRequest report)
    {
        reports.Add(report);
        SendReports();
    }

    public void Show(TaskState task)
    {
    }

    public void FollowLogs(TaskState task)
    {
    }

    public void TellHealth() => agent.TellHealth();

    public void Save(TaskState task, bool durably)
    {
        try
        {
            machine.Disk.Save(task, durably);
        }
        catch (IOException)
        {
            // As the agent's own: what is in memory goes on.
        }
    }

    public void Forget(TaskState task)
    {
    }

    private void Carry(TaskEntry entry, TaskStep step, TimeSpan duration, Func<Func<TaskState, TaskState?>> work) => agent.After(duration, () =>
    {
        var outcome = work();
        agent.Soon(() => agent.Board.Ended(entry, step, outcome));
    });

    private void Pull(TaskEntry entry, TaskState task, TaskStep step)
    {
        var (index, begun, ended) = (step.Container, Now, false);
        var image = task.ContainerDefinition(index).Image!;
        var (duration, error) = world.Registry.Pull(image);
        agent.After(duration, () => End(
            !machine.Engine.IsUp ? state => TaskOutcomes.Postponed(state, index, Now)
            : error is null ? state => TaskOutcomes.Pulled(state, index, new PulledImage("sha256:1", begun, Now))
            : state => TaskOutcomes.PullFailed(state, index, $"CannotPullContainerError: {error}", begun, Now)));
        entry.Wanted.Register(() => agent.Soon(() => End(state => TaskOutcomes.Abandoned(state, index))));

        void End(Func<TaskState, TaskState?> outcome)
        {
            if (ended) return;
            ended = true;
            agent.Board.Ended(entry, step, outcome);
        }
    }

    private Func<TaskState, TaskState?> Try(TaskState task, TaskStep step)
    {
        var index = step.Container;
        try
        {
            return step.Kind switch
            {
                StepKind.PrepareVolumes => TaskOutcomes.VolumesReady,
                StepKind.CreateContainer => Create(task, index),
                StepKind.StartContainer => Start(task, index),
                StepKind.StopContainer => Stop(task, index),
                _ => CleanUp(task),
            };
        }
        catch (EngineUnreachableException) when (index >= 0)
        {
            return state => TaskOutcomes.Postponed(state, index, Now);
        }
        catch (EngineException exception) when (index >= 0)
        {
            var what = step.Kind == StepKind.CreateContainer ? "CannotCreateContainerError" : "CannotStartContainerError";
            return state => TaskOutcomes.Failed(state, index, $"{what}: {exception.ClientMessage}");
        }
        catch (EngineException)
        {
            return state => state with { CleaningUp = false, CleanUpAt = Now + CleanUpRetry };
        }
    }

    private Func<TaskState, TaskState?> Create(TaskState task, int index)
    {
        var container = task.ContainerDefinition(index);
        var name = task.Containers[index].EngineName;
        string id;
        try
        {
            id = machine.Engine.Create(
                name,
                container.Image!,
                ContainerNaming.LabelsOf(task, index, World.Cluster, machine.Ec2Id),
                [.. (container.PortMappings ?? []).Where(mapping => mapping.ContainerPort > 0).Select(mapping => new PublishedPort(mapping.ContainerPort!.Value, mapping.Protocol ?? "tcp", "0.0.0.0", mapping.HostPort ?? 0))]);
        }
        catch (EngineException exception) when (exception.IsConflict && machine.Engine.Inspect(name) is { } existing && existing.Labels[ContainerNaming.TaskArnLabel] == task.Arn)
        {
            id = existing.Id;
        }

        return state => TaskOutcomes.Created(state, index, id);
    }

    private Func<TaskState, TaskState?> Start(TaskState task, int index)
    {
        var id = task.Containers[index].Id ?? task.Containers[index].EngineName;
        machine.Engine.Start(id);
        var seen = machine.Engine.Inspect(id);
        return state => TaskOutcomes.Finished(state, index, seen, Now);
    }

    private Func<TaskState, TaskState?> Stop(TaskState task, int index)
    {
        var id = task.Containers[index].Id ?? task.Containers[index].EngineName;
        try
        {
            machine.Engine.Stop(id);
            var seen = machine.Engine.Inspect(id);
            return state => TaskOutcomes.Finished(state, index, seen, Now);
        }
        catch (EngineException exception) when (exception.IsNotFound)
        {
            return state => TaskOutcomes.Finished(state, index, seen: null, Now);
        }
        catch (EngineException)
        {
            return state => TaskOutcomes.Postponed(state, index, Now);
        }
    }

    private Func<TaskState, TaskState?> CleanUp(TaskState task)
    {
        foreach (var container in task.Containers) machine.Engine.Remove(container.Id ?? container.EngineName);
        machine.Disk.Remove(task.Arn);
        return static _ => null;
    }

    private void WakeUp()
    {
        if (!agent.IsAlive) return;
        foreach (var task in wakeUps.Due()) agent.Board.WakeUp(task);
    }

    private void SendReports()
    {
        while (isReporting && reportsUnderWay < ConcurrentReports && reports.TryBegin(out var task))
        {
            reportsUnderWay++;
            SendReport(task, new Backoff(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(30), world.Random));
        }
    }

    private void SendReport(string task, Backoff retry)
    {
        var report = reports.Take(task);
        world.Tell(machine.Name, $"reports {world.History.Brief(task)} {report.Status} ({string.Join(", ", report.Containers!.Select(container => $"{container.ContainerName} {container.Status} {container.Reason}".TrimEnd()))})");
        world.Network.Call(
            machine,
            async (api, caller) =>
            {
                var answer = await api.SubmitTaskStateChangeAsync(report, caller);
                world.Observe(machine, report);
                return answer;
            },
            _ => Accepted(),
            failure =>
            {
                if (failure is AwsException { Code: "InvalidParameterException" })
                {
                    Accepted();
                    return;
                }

                if (!agent.IsAlive) return;
                reports.PutBack(report);
                agent.After(retry.Next(), () => SendReport(task, retry));
            });

        void Accepted()
        {
            if (!agent.IsAlive) return;
            reports.End(task);
            reportsUnderWay--;
            agent.Soon(() => agent.Board.Reported(task, report.Status!));
            SendReports();
        }
    }
}
