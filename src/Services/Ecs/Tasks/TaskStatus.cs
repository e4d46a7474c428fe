namespace Estiba.Ecs.Tasks;

/// <summary>The stations of a task's life ("Amazon ECS task lifecycle", developer guide).</summary>
public static class TaskStatus
{
    /// <summary>Waits to be placed.</summary>
    public const string Provisioning = "PROVISIONING";

    /// <summary>Placed; the agent pulls and creates.</summary>
    public const string Pending = "PENDING";

    /// <summary>Its containers start to be registered with what stands in front of them.</summary>
    public const string Activating = "ACTIVATING";

    /// <summary>Runs.</summary>
    public const string Running = "RUNNING";

    /// <summary>Is taken off what stands in front of it.</summary>
    public const string Deactivating = "DEACTIVATING";

    /// <summary>Was asked to stop.</summary>
    public const string Stopping = "STOPPING";

    /// <summary>Its containers have ended; what was made for it is taken down.</summary>
    public const string Deprovisioning = "DEPROVISIONING";

    /// <summary>Has ended.</summary>
    public const string Stopped = "STOPPED";

    /// <summary>How far along a status is; a task never goes back.</summary>
    public static int Order(string status) =>
        status switch
        {
            Provisioning => 0,
            Pending => 1,
            Activating => 2,
            Running => 3,
            Deactivating => 4,
            Stopping => 5,
            Deprovisioning => 6,
            Stopped => 7,
            _ => -1,
        };
}
