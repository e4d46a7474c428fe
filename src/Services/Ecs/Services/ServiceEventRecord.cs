namespace Estiba.Ecs.Services;

/// <summary>One line of a service's history.</summary>
public sealed record ServiceEventRecord
{
    /// <summary>The key of the service.</summary>
    public required string ServiceKey { get; init; }

    /// <summary>Its number within the service.</summary>
    public required long Number { get; init; }

    /// <summary>A universally unique id.</summary>
    public required string Id { get; init; }

    /// <summary>When it happened.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>What happened, in ECS's words.</summary>
    public required string Message { get; init; }

    /// <summary>Its key in the store, oldest first.</summary>
    public string Key => KeyOf(ServiceKey, Number);

    /// <summary>The key of an event.</summary>
    public static string KeyOf(string serviceKey, long number) => $"{serviceKey}/{number:D12}";
}
