using Estiba.AutoScaling.Groups;
using Estiba.AutoScaling.Instances;

namespace Estiba.AutoScaling.LifecycleHooks;

/// <summary>A lifecycle hook of a group: somebody who may do something while an instance comes or goes.</summary>
internal sealed record HookRecord
{
    internal const string Launching = "autoscaling:EC2_INSTANCE_LAUNCHING";
    internal const string Terminating = "autoscaling:EC2_INSTANCE_TERMINATING";

    /// <summary>The account and region it belongs to.</summary>
    public required Scope Scope { get; init; }

    /// <summary>The group's name.</summary>
    public required string Group { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>When it is: <see cref="Launching"/> or <see cref="Terminating"/>.</summary>
    public required string Transition { get; init; }

    /// <summary>The seconds after which an action times out.</summary>
    public int Heartbeat { get; init; } = 3600;

    /// <summary>What becomes of an action that times out.</summary>
    public string Default { get; init; } = LifecycleAction.Abandon;

    /// <summary>The queue or topic that is told of actions; null for none.</summary>
    public string? Target { get; init; }

    /// <summary>As whom it would be told; kept and shown.</summary>
    public string? Role { get; init; }

    /// <summary>What is told besides.</summary>
    public string? Metadata { get; init; }

    /// <summary>Its key.</summary>
    public string Key => KeyOf(Scope, Group, Name);

    /// <summary>The longest that an action may take in seconds: a hundred heartbeats, and no more than 48 hours.</summary>
    public int Global => (int)Math.Min(172_800L, 100L * Heartbeat);

    /// <summary>The key of a hook.</summary>
    public static string KeyOf(Scope scope, string group, string name) => GroupRecord.PrefixOf(scope, group) + name;

    /// <summary>An action of it begins.</summary>
    public LifecycleAction Begin(string token, DateTimeOffset now) =>
        new(
            Name,
            token,
            now,
            now.AddSeconds(Heartbeat),
            now.AddSeconds(Global),
            Default,
            IsTold: Target is null,
            Result: null
        );
}
