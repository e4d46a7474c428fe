using System.Text.Json.Serialization;
using Estiba.State.Journals;

namespace Estiba.State.Tests;

internal sealed record TaskSample(
    string Id,
    string Service,
    string Status,
    string? Instance = null,
    string? Padding = null
);

internal sealed record ServiceSample(string Name, int Desired);

/// <summary>How many samples have which status; the value of an aggregate.</summary>
internal sealed record StatusCounts(int Pending, int Running)
{
    internal static readonly StatusCounts None = new(0, 0);

    internal static StatusCounts Change(StatusCounts counts, TaskSample? before, TaskSample? after) =>
        before?.Status == after?.Status
            ? counts
            : new StatusCounts(
                counts.Pending - Is(before, "PENDING") + Is(after, "PENDING"),
                counts.Running - Is(before, "RUNNING") + Is(after, "RUNNING")
            );

    private static int Is(TaskSample? task, string status) => task?.Status == status ? 1 : 0;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(TaskSample))]
[JsonSerializable(typeof(ServiceSample))]
internal sealed partial class SampleJson : JsonSerializerContext;

internal static class SampleTables
{
    internal static readonly Index<TaskSample> ByService = new("service", task => task.Service);

    internal static readonly Index<TaskSample> ByInstance = new("instance", task => task.Instance);

    internal static readonly Aggregate<TaskSample, StatusCounts> OfInstance = new(
        "counts",
        task => task.Instance,
        StatusCounts.None,
        StatusCounts.Change
    );

    internal static readonly Table<TaskSample> Tasks = new(
        "tasks",
        task => task.Id,
        SampleJson.Default,
        ByService,
        ByInstance
    )
    {
        Aggregates = [OfInstance],
    };

    internal static readonly Table<ServiceSample> Services = new(
        "services",
        service => service.Name,
        SampleJson.Default
    );

    internal static IReadOnlyList<Table> All => [Tasks, Services];

    internal static Task<Store> OpenAsync(IJournal? journal = null) =>
        Store.OpenAsync(journal ?? new MemoryJournal(), All);
}
