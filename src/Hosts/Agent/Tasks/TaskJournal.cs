using System.Text.Json;
using System.Text.Json.Serialization;
using Estiba.Files;

namespace Estiba.Agent.Tasks;

/// <summary>
/// Remembers accepted tasks in files, one each, so that an agent that was killed knows what it has promised.
/// </summary>
/// <remarks>
/// A file holds environment variables and passwords of registries, so only its owner may read it; credentials of roles
/// are not in it. Without a directory nothing is remembered.
/// </remarks>
internal sealed class TaskJournal
{
    private readonly string? _directory;

    public TaskJournal(string? dataDirectory)
    {
        if (dataDirectory is null)
            return;
        _directory = Path.Combine(dataDirectory, "tasks");
        PrivateFiles.CreateOrRestrictDirectory(_directory);
    }

    /// <summary>Writes the task's state.</summary>
    /// <param name="task">The state.</param>
    /// <param name="durably">Returns only when it would survive a power cut; without, when it would survive the end of
    /// the process.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void Save(TaskState task, bool durably)
    {
        if (_directory is not null)
            DurableFile.Write(PathOf(task.Id), durably, stream =>
                JsonSerializer.Serialize(stream, task, JournalJson.Default.TaskState)
            );
    }

    public void Remove(TaskState task)
    {
        if (_directory is not null)
            File.Delete(PathOf(task.Id));
    }

    /// <summary>
    /// All tasks; a file that cannot be read is set aside and named in <paramref name="onUnreadable"/>.
    /// </summary>
    public IReadOnlyList<TaskState> Load(Action<string, Exception> onUnreadable)
    {
        if (_directory is null)
            return [];
        DurableFile.RemoveUnfinished(_directory);
        var tasks = new List<TaskState>();
        foreach (var path in Directory.EnumerateFiles(_directory, "*.json"))
        {
            try
            {
                var task = JsonSerializer.Deserialize(File.ReadAllBytes(path), JournalJson.Default.TaskState);
                if (
                    task is { Definition.Arn: not null }
                    && task.Containers.Length == (task.Definition.Containers?.Count ?? 0)
                )
                    tasks.Add(task.Volumes == VolumePhase.Preparing ? task with { Volumes = VolumePhase.None } : task);
                else
                    throw new JsonException("It is not a task.");
            }
            catch (Exception exception) when (exception is JsonException or Contracts.AwsException)
            {
                File.Move(path, path + ".unreadable", overwrite: true);
                onUnreadable(path, exception);
            }
        }

        return tasks;
    }

    public void Clear()
    {
        if (_directory is null)
            return;
        foreach (var path in Directory.EnumerateFiles(_directory))
            File.Delete(path);
    }

    private string PathOf(string id) => Path.Combine(_directory!, id + ".json");
}

[JsonSourceGenerationOptions(
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase
)]
[JsonSerializable(typeof(TaskState))]
[JsonSerializable(typeof(Sessions.AgentIdentity))]
internal sealed partial class JournalJson : JsonSerializerContext;
