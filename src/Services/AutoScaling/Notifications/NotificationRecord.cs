using Estiba.AutoScaling.Groups;

namespace Estiba.AutoScaling.Notifications;

/// <summary>A topic that is told what becomes of a group's instances.</summary>
internal sealed record NotificationRecord
{
    internal const string Launch = "autoscaling:EC2_INSTANCE_LAUNCH";
    internal const string LaunchError = "autoscaling:EC2_INSTANCE_LAUNCH_ERROR";
    internal const string Terminate = "autoscaling:EC2_INSTANCE_TERMINATE";
    internal const string TerminateError = "autoscaling:EC2_INSTANCE_TERMINATE_ERROR";
    internal const string Test = "autoscaling:TEST_NOTIFICATION";

    /// <summary>What it may be told.</summary>
    internal static IReadOnlyList<string> AllTypes { get; } = [Launch, LaunchError, Terminate, TerminateError, Test];

    /// <summary>The account and region.</summary>
    public required Scope Scope { get; init; }

    /// <summary>The group's name.</summary>
    public required string Group { get; init; }

    /// <summary>The topic, by its ARN.</summary>
    public required string Topic { get; init; }

    /// <summary>What it is told.</summary>
    public required IReadOnlyList<string> Types { get; init; }

    /// <summary>Its key.</summary>
    public string Key => KeyOf(Scope, Group, Topic);

    /// <summary>The key of a group's topic.</summary>
    public static string KeyOf(Scope scope, string group, string topic) => GroupRecord.PrefixOf(scope, group) + topic;
}
