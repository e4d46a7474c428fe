using Estiba.Agent;
using Estiba.Agent.Tasks;
using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Engines;

namespace Estiba.Simulation.Machines;

/// <summary>
/// Does in the simulated engine what the agent's own code decides, as <see cref="TaskEffects"/> does it in a real one,
/// and carries reports to the server.
/// </summary>
/// <remarks>
/// A step does its work at one moment and says so a little later, so that an agent can be killed in between.
/// </remarks>
internal sealed class AgentWork : ITaskWork
{
    private const int ConcurrentReports = 8;
    private static readonly TimeSpan LongestStep = TimeSpan.FromMilliseconds(800);
    private static readonly TimeSpan CleanUpRetry = TimeSpan.FromSeconds(30);

    private readonly World _world;
    private readonly Machine _machine;
    private readonly SimulatedAgent _agent;
    private readonly WakeUps _wakeUps;
    private readonly ReportQueue _reports = new();
    private bool _isReporting;
    private int _reportsUnderWay;

    internal AgentWork(World world, Machine machine, SimulatedAgent agent)
    {
        _world = world;
        _machine = machine;
        _agent = agent;
        _wakeUps = new WakeUps(machine.Clock, WakeUp);
    }

    private DateTimeOffset Now => _machine.Clock.GetUtcNow();

    /// <summary>Reports go out from now on: the agent is registered.</summary>
    internal void BeginReporting()
    {
        _isReporting = true;
        SendReports();
    }

    public void Do(TaskEntry entry, TaskStep step)
    {
        var task = entry.State;
        _world.Observe(_machine, task, step);
        switch (step.Kind)
        {
            case StepKind.PullImage:
                Pull(entry, task, step);
                break;
            case StepKind.StopContainer
                when _machine.Engine.Containers.FirstOrDefault(container =>
                    container.Name == task.Containers[step.Container].EngineName
                )
                    is { Script.IgnoresStop: true, IsRunning: true }:
                Carry(entry, step, step.Timeout, () => Stop(task, step.Container));
                break;
            default:
                Carry(entry, step, LongestStep * _world.Random.NextDouble(), () => Try(task, step));
                break;
        }
    }

    public void Inspect(TaskEntry entry, int index, string name) =>
        _agent.Soon(() =>
        {
            Func<TaskState, TaskState>? outcome = null;
            try
            {
                var seen = _machine.Engine.Inspect(name);
                if (seen is not null && seen.Labels[ContainerNaming.TaskArnLabel] != entry.State.Arn)
                    seen = null;
                outcome = state =>
                    TaskOutcomes.Seen(state.WithoutRetry(index), index, seen, _machine.Clock.GetMoment());
            }
            catch (EngineException)
            {
                // The board has it looked at again.
            }

            _agent.Soon(() => _agent.Board.Inspected(entry, index, outcome));
        });

    public void RemoveUnknown(ContainerSummary container) => _agent.After(LongestStep, () =>
        {
            try
            {
                _machine.Engine.Remove(container.Id);
                _agent.Soon(() => _agent.Board.UnknownRemoved(container));
            }
            catch (EngineException)
            {
                // As the agent's own: the next manifest brings it up again.
            }
        });

    public void WakeUpAt(string task, TimeSpan at) => _wakeUps.Add(task, at);

    public void Report(SubmitTaskStateChangeRequest report)
    {
        _reports.Add(report);
        SendReports();
    }

    public void Show(TaskState task) { }

    public void FollowLogs(TaskState task) { }

    public void TellHealth() => _agent.TellHealth();

    public void Save(TaskState task, bool durably)
    {
        try
        {
            _machine.Disk.Save(task, durably);
        }
        catch (IOException)
        {
            // As the agent's own: what is in memory goes on.
        }
    }

    public void Forget(TaskState task) { }

    private void Carry(TaskEntry entry, TaskStep step, TimeSpan duration, Func<Func<TaskState, TaskState?>> work) =>
        _agent.After(duration, () =>
        {
            var outcome = work();
            _agent.Soon(() => _agent.Board.Ended(entry, step, outcome));
        });

    private void Pull(TaskEntry entry, TaskState task, TaskStep step)
    {
        var (index, begun, ended) = (step.Container, Now, false);
        var image = task.ContainerDefinition(index).Image!;
        var (duration, error) = _world.Registry.Pull(image);
        _agent.After(duration, () => End(
                !_machine.Engine.IsUp ? state => TaskOutcomes.Postponed(state, index, _machine.Clock.GetSteady())
                : error is null ? state => TaskOutcomes.Pulled(state, index, new PulledImage("sha256:1", begun, Now))
                : state => TaskOutcomes.PullFailed(state, index, $"CannotPullContainerError: {error}", begun, Now)
            ));
        entry.Wanted.Register(() => _agent.Soon(() => End(state => TaskOutcomes.Abandoned(state, index))));

        void End(Func<TaskState, TaskState?> outcome)
        {
            if (ended)
                return;
            ended = true;
            _agent.Board.Ended(entry, step, outcome);
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
            return state => TaskOutcomes.Postponed(state, index, _machine.Clock.GetSteady());
        }
        catch (EngineException exception) when (index >= 0)
        {
            var what =
                step.Kind == StepKind.CreateContainer ? "CannotCreateContainerError" : "CannotStartContainerError";
            return state => TaskOutcomes.Failed(state, index, $"{what}: {exception.ClientMessage}");
        }
        catch (EngineException)
        {
            return state => state with { CleaningUp = false, CleanUpAt = _machine.Clock.GetSteady() + CleanUpRetry };
        }
    }

    private Func<TaskState, TaskState?> Create(TaskState task, int index)
    {
        var container = task.ContainerDefinition(index);
        var name = task.Containers[index].EngineName;
        string id;
        try
        {
            id = _machine.Engine.Create(
                name,
                container.Image!,
                ContainerNaming.LabelsOf(task, index, World.Cluster, _machine.Ec2Id),
                [
                    .. (container.PortMappings ?? [])
                        .Where(mapping => mapping.ContainerPort > 0)
                        .Select(mapping => new PublishedPort(
                            mapping.ContainerPort!.Value,
                            mapping.Protocol ?? "tcp",
                            "0.0.0.0",
                            mapping.HostPort ?? 0
                        )),
                ]
            );
        }
        catch (EngineException exception)
            when (exception.IsConflict
                && _machine.Engine.Inspect(name) is { } existing
                && existing.Labels[ContainerNaming.TaskArnLabel] == task.Arn
            )
        {
            id = existing.Id;
        }

        return state => TaskOutcomes.Created(state, index, id);
    }

    private Func<TaskState, TaskState?> Start(TaskState task, int index)
    {
        var id = task.Containers[index].Id ?? task.Containers[index].EngineName;
        _machine.Engine.Start(id);
        var seen = _machine.Engine.Inspect(id);
        return state => TaskOutcomes.Finished(state, index, seen, _machine.Clock.GetMoment());
    }

    private Func<TaskState, TaskState?> Stop(TaskState task, int index)
    {
        var id = task.Containers[index].Id ?? task.Containers[index].EngineName;
        try
        {
            _machine.Engine.Stop(id);
            var seen = _machine.Engine.Inspect(id);
            return state => TaskOutcomes.Finished(state, index, seen, _machine.Clock.GetMoment());
        }
        catch (EngineException exception) when (exception.IsNotFound)
        {
            return state => TaskOutcomes.Finished(state, index, seen: null, _machine.Clock.GetMoment());
        }
        catch (EngineException)
        {
            return state => TaskOutcomes.Postponed(state, index, _machine.Clock.GetSteady());
        }
    }

    private Func<TaskState, TaskState?> CleanUp(TaskState task)
    {
        foreach (var container in task.Containers)
            _machine.Engine.Remove(container.Id ?? container.EngineName);
        _machine.Disk.Remove(task.Arn);
        return static _ => null;
    }

    private void WakeUp()
    {
        if (!_agent.IsAlive)
            return;
        foreach (var task in _wakeUps.Due())
            _agent.Board.WakeUp(task);
    }

    private void SendReports()
    {
        while (_isReporting && _reportsUnderWay < ConcurrentReports && _reports.TryBegin(out var task))
        {
            _reportsUnderWay++;
            SendReport(task, new Backoff(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(30), _world.Random));
        }
    }

    private void SendReport(string task, Backoff retry)
    {
        var report = _reports.Take(task);
        _world.Tell(
            _machine.Name,
            $"reports {_world.History.Brief(task)} {report.Status} "
                + $"({string.Join(", ", report.Containers!.Select(Describe))})"
        );
        _world.Network.Call(
            _machine,
            async (api, caller) =>
            {
                var answer = await api.SubmitTaskStateChangeAsync(report, caller);
                _world.Observe(_machine, report);
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

                if (!_agent.IsAlive)
                    return;
                _reports.PutBack(report);
                _agent.After(retry.Next(), () => SendReport(task, retry));
            }
        );

        void Accepted()
        {
            if (!_agent.IsAlive)
                return;
            _reports.End(task);
            _reportsUnderWay--;
            _agent.Soon(() => _agent.Board.Reported(task, report.Status!));
            SendReports();
        }
    }

    private static string Describe(ContainerStateChange container) =>
        $"{container.ContainerName} {container.Status} {container.Reason}".TrimEnd();
}
