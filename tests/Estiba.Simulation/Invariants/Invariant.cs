using Estiba.Agent.Tasks;
using Estiba.Contracts.Ecs;
using Estiba.Simulation.Machines;
using Estiba.State;

namespace Estiba.Simulation.Invariants;

/// <summary>
/// Something that must hold at every moment of every history; whoever finds that it does not says so with
/// <see cref="World.Violate"/>.
/// </summary>
internal abstract class Invariant(World world)
{
    protected World World => world;

    /// <summary>Every one there is.</summary>
    internal static IReadOnlyList<Invariant> All(World world) =>
        [
            new NothingAcknowledgedIsLost(world),
            new NoInstanceIsOverCommitted(world),
            new PercentagesAreHeld(world),
            new DaemonsAreOneEach(world),
            new ProtectedTasksStay(world),
            new RollbacksGoBack(world),
            new AlarmsAreHeeded(world),
            new CapacityIsShared(world),
            new TasksNeverGoBack(world),
            new StoppedIsStopped(world),
            new NobodyStopsWhatIsWanted(world),
            new TargetsDrainFirst(world),
            new NamesGoFirst(world),
            new TrafficHasSomewhereToGo(world),
            new TokensCountOnce(world),
            new CountsAreRight(world),
        ];

    /// <summary>The server has committed something.</summary>
    internal virtual void OnCommit(Commit commit) { }

    /// <summary>The server has started again.</summary>
    /// <param name="before">What the process before it knew to be durable.</param>
    /// <param name="after">What it has found on its disk.</param>
    /// <param name="unannounced">What was written when the process before it crashed, and told nobody.</param>
    internal virtual void OnRestart(View before, View after, IReadOnlyList<Change> unannounced) { }

    /// <summary>A container was started (<c>start</c>) or has ended (<c>die</c>).</summary>
    internal virtual void OnContainer(Machine machine, SimulatedContainer container, string action) { }

    /// <summary>An agent begins a step for a task.</summary>
    internal virtual void OnStep(Machine machine, TaskState task, TaskStep step) { }

    /// <summary>The server has taken a report of an agent.</summary>
    internal virtual void OnReport(Machine machine, SubmitTaskStateChangeRequest report) { }

    /// <summary>Something has happened that a customer may notice.</summary>
    internal virtual Task CheckAsync() => Task.CompletedTask;
}
