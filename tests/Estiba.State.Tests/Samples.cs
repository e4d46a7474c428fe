using System.Text.Json.Serialization;

namespace Estiba.State.Tests;

internal sealed record TaskSample(string Id, string Service, string Status, string? Instance = null, string? Padding = null);

internal sealed record ServiceSample(string Name, int Desired);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(TaskSample))]
[JsonSerializable(typeof(ServiceSample))]
internal sealed partial class SampleJson : JsonSerializerContext;

internal static class SampleTables
{
    internal static readonly Index<TaskSample> ByService = new("service", task => task.Service);

    internal static readonly Index<TaskSample> ByInstance = new("instance", task => task.Instance);

    internal static readonly Table<TaskSample> Tasks =
        new("tasks", task => task.Id, SampleJson.Default.TaskSample, ByService, ByInstance);

    internal static readonly Table<ServiceSample> Services =
        new("services", service => service.Name, SampleJson.Default.ServiceSample);

    internal static IReadOnlyList<Table> All => [Tasks, Services];

    internal static Task<Store> OpenAsync(IJournal? journal = null) => Store.OpenAsync(journal ?? new MemoryJournal(), All);
}
