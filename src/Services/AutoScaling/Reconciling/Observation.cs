using Estiba.AutoScaling.Launching;

namespace Estiba.AutoScaling.Reconciling;

/// <summary>What EC2 and the load balancers say of a group, at one time.</summary>
/// <param name="Asked">The instances that EC2 was asked for.</param>
/// <param name="Instances">Its instances by id; one that EC2 does not know is missing.</param>
/// <param name="Targets">For each target group, the states of the targets that are instances.</param>
/// <param name="Source">What the group launches; null where nobody asked.</param>
internal sealed record Observation(
    IReadOnlySet<string> Asked,
    IReadOnlyDictionary<string, SeenInstance> Instances,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Targets,
    LaunchSource? Source
)
{
    internal const string Draining = "draining";

    /// <summary>How an instance is in EC2; null where EC2 does not know it.</summary>
    internal SeenInstance? Find(string? id) => id is null ? null : Instances.GetValueOrDefault(id);

    /// <summary>How a target of a target group is; null where it is none.</summary>
    internal string? TargetOf(string group, string? id) =>
        id is not null && Targets.TryGetValue(group, out var targets) ? targets.GetValueOrDefault(id) : null;

    /// <summary>Whether any target group still has an instance.</summary>
    internal bool IsTarget(string? id) => Targets.Keys.Any(group => TargetOf(group, id) is not null);
}

/// <summary>An instance as EC2 describes it.</summary>
/// <param name="State">For example <c>running</c>.</param>
/// <param name="Group">The group that its tag names; null without one.</param>
/// <param name="InstanceType">For example <c>t3.micro</c>.</param>
/// <param name="ImageId">Its image.</param>
/// <param name="Reason">Why it is in this state, as EC2 says it: a code, a colon and words.</param>
internal sealed record SeenInstance(
    string State,
    string? Group,
    string? InstanceType,
    string? ImageId,
    string? Reason = null
)
{
    internal const string Pending = "pending";
    internal const string Running = "running";

    /// <summary>Whether it runs, or is about to.</summary>
    internal bool IsAlive => State is Pending or Running;

    /// <summary>Why EC2 could not launch it; null where it could, or still may.</summary>
    internal string? LaunchFailure =>
        IsGone && Reason?.StartsWith("Server.InternalError", StringComparison.Ordinal) == true ? Reason : null;

    /// <summary>Whether it is gone, or about to be, for good.</summary>
    internal bool IsGone => State is "shutting-down" or "terminated";
}
