using Estiba.Contracts.Ec2;

namespace Estiba.Compute.Instances;

/// <summary>What is to be done next about an instance.</summary>
internal enum InstanceStep
{
    None,
    Start,
    Reboot,
    Stop,
    Terminate,
    Forget,
}

/// <summary>Decides the next step of an instance from its record; changes nothing.</summary>
internal static class InstanceSteps
{
    /// <summary>How long EC2 goes on describing a terminated instance.</summary>
    public static readonly TimeSpan RememberedFor = TimeSpan.FromHours(1);

    private const string InternalError = "Server.InternalError";

    /// <param name="instance">The instance as it is wanted.</param>
    /// <param name="runsHere">Whether this process has started it.</param>
    /// <param name="now">The time.</param>
    public static InstanceStep Next(InstanceRecord instance, bool runsHere, DateTimeOffset now) =>
        instance.State switch
        {
            InstanceStateName.Pending => InstanceStep.Start,
            InstanceStateName.Running when instance.Boots > instance.Booted => InstanceStep.Reboot,
            InstanceStateName.Running when !runsHere => InstanceStep.Start,
            InstanceStateName.Stopping => InstanceStep.Stop,
            InstanceStateName.ShuttingDown => InstanceStep.Terminate,
            InstanceStateName.Terminated when now - instance.TerminatedAt >= RememberedFor => InstanceStep.Forget,
            _ => InstanceStep.None,
        };

    /// <summary>
    /// The instance after a step, unless something else was asked of it meanwhile: then that comes next.
    /// </summary>
    /// <param name="step">The step.</param>
    /// <param name="start">How far its start has come, where the step is one.</param>
    /// <param name="before">The instance as it was when the step was decided on.</param>
    /// <param name="current">The instance as it is now.</param>
    /// <param name="now">The time.</param>
    public static InstanceRecord After(
        InstanceStep step,
        InstanceStart start,
        InstanceRecord before,
        InstanceRecord current,
        DateTimeOffset now
    ) =>
        (step, current.State) switch
        {
            (InstanceStep.Start or InstanceStep.Reboot, InstanceStateName.Pending or InstanceStateName.Running)
                when !start.IsDone => NotStarted(start, current),
            (InstanceStep.Start, InstanceStateName.Pending or InstanceStateName.Running) => current with
            {
                State = InstanceStateName.Running,
                StateReason = null,
                Trouble = null,
                MachineAddress = start.Address?.ToString(),
                // A start from pending is the first boot; taking over what runs already boots nothing.
                Booted = current.State == InstanceStateName.Pending ? before.Boots : current.Booted,
            },
            (InstanceStep.Reboot, InstanceStateName.Running) => current with { Booted = before.Boots, Trouble = null },
            (InstanceStep.Stop, InstanceStateName.Stopping) => current with
            {
                State = InstanceStateName.Stopped,
                Trouble = null,
            },
            (InstanceStep.Terminate, InstanceStateName.ShuttingDown) => current with
            {
                State = InstanceStateName.Terminated,
                TerminatedAt = now,
                Address = null,
                MachineAddress = null,
                Trouble = null,
            },
            _ => current,
        };

    // "Server.InternalError: An internal error caused the instance to terminate during launch" (StateReason, API
    // reference).
    private static InstanceRecord NotStarted(InstanceStart start, InstanceRecord current) =>
        start.Failure is not { } failure
            ? current with
            {
                Trouble = start.Trouble,
            }
            : current with
            {
                State = InstanceStateName.ShuttingDown,
                StateReason = new StateReason { Code = InternalError, Message = $"{InternalError}: {failure}" },
                StateTransitionReason = InternalError,
                Trouble = failure,
            };
}
