using System.Globalization;

namespace Estiba.AutoScaling.Activities;

/// <summary>Something that was done with an instance of a group, or is being done.</summary>
internal sealed record ActivityRecord
{
    /// <summary>How long they are shown ("Verify a scaling activity for an Auto Scaling group", user guide).</summary>
    internal static readonly TimeSpan Life = TimeSpan.FromDays(42);

    /// <summary>What descriptions of launches begin with.</summary>
    internal const string Launching = "Launching a new EC2 instance";

    /// <summary>What descriptions of terminations begin with.</summary>
    internal const string Terminating = "Terminating EC2 instance";

    /// <summary>The account and region.</summary>
    public required Scope Scope { get; init; }

    /// <summary>The group's name.</summary>
    public required string Group { get; init; }

    /// <summary>The group's ARN, by which it is told from others of its name.</summary>
    public required string GroupArn { get; init; }

    /// <summary>A UUID.</summary>
    public required string Id { get; init; }

    /// <summary>What is done, in AWS's words.</summary>
    public required string Description { get; init; }

    /// <summary>Why.</summary>
    public required string Cause { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended; null while it goes on.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>How far it is (<c>ScalingActivityStatusCode</c>).</summary>
    public required string Status { get; init; }

    /// <summary>Why it failed.</summary>
    public string? Message { get; init; }

    /// <summary>How far it is, in percent.</summary>
    public int Progress { get; init; }

    /// <summary>The subnet that it is about.</summary>
    public string? SubnetId { get; init; }

    /// <summary>The availability zone that it is about.</summary>
    public required string Zone { get; init; }

    /// <summary>Whether the group is gone.</summary>
    public bool IsOfDeletedGroup { get; init; }

    /// <summary>Whether it launches an instance.</summary>
    internal bool IsLaunch => Description.StartsWith(Launching, StringComparison.Ordinal);

    /// <summary>Whether it terminates one.</summary>
    internal bool IsTermination => Description.StartsWith(Terminating, StringComparison.Ordinal);

    /// <summary>The instance that it is about; null for one that was never launched.</summary>
    internal string? InstanceId =>
        Description.Split(' ').FirstOrDefault(word => word.StartsWith("i-", StringComparison.Ordinal))?.TrimEnd('.');

    /// <summary>Its key: the newest of an account and region comes first.</summary>
    public string Key => Scope.Key(string.Create(CultureInfo.InvariantCulture, $"{Newness:D19}-{Id}"));

    /// <summary>The key of its group.</summary>
    public string GroupKey => Scope.Key(Group);

    private long Newness => DateTimeOffset.MaxValue.UtcTicks - StartedAt.UtcTicks;
}
