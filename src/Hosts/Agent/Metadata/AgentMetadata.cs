using Estiba.Agent.Credentials;
using Estiba.Agent.Tasks;
using Estiba.Contracts;
using Estiba.Contracts.Acs;
using Estiba.Contracts.Ecs;
using Estiba.Engines;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Agent.Metadata;

/// <summary>What one agent can tell its containers. Lives as long as the agent.</summary>
internal sealed class AgentMetadata(
    AgentOptions options,
    TaskReconciler tasks,
    TaskCredentials credentials,
    IContainerEngine engine,
    IEcsApi ecs,
    Func<CallContext> context,
    Func<string?> containerInstanceArn,
    TimeProvider time
)
{
    private readonly ContainerStatisticsReader _statistics = new(engine, time);

    /// <summary>The credentials of this id; null when this agent has none.</summary>
    public IAMRoleCredentials? FindCredentials(string id) => credentials.Find(id);

    /// <summary>
    /// Whether the server will send credentials of this id: a task has them, and only the agent has lost them.
    /// </summary>
    public bool Expects(string id) => tasks.Tasks.Any(task => !task.IsStopped && task.HasCredentials(id));

    /// <summary>
    /// The container that has this id of the endpoint; null when none of this agent has, or it was not created yet.
    /// </summary>
    public (TaskState Task, int Index)? FindContainer(string id)
    {
        foreach (var task in tasks.Tasks)
        {
            var index = Array.FindIndex(task.Containers, container => container.EndpointId == id);
            if (index >= 0 && task.Containers[index].Id is not null)
                return (task, index);
        }

        return null;
    }

    /// <summary>Answers a container.</summary>
    public async Task<MetadataAnswer> AnswerAsync(
        MetadataRequest request,
        (TaskState Task, int Index) container,
        CancellationToken cancellation
    )
    {
        var (task, index) = container;
        try
        {
            return request.Subject switch
            {
                MetadataSubject.Container => MetadataAnswer.Of(
                    await ContainerAsync(task, index, request.Version, cancellation)
                ),
                MetadataSubject.Task => MetadataAnswer.Of(await TaskAsync(task, request.Version, cancellation)),
                MetadataSubject.TaskWithTags => MetadataAnswer.Of(
                    await WithTagsAsync(
                        await TaskAsync(task, request.Version, cancellation),
                        request.Version,
                        cancellation
                    )
                ),
                MetadataSubject.TaskStatistics => MetadataAnswer.Of(
                    await _statistics.OfTaskAsync(task, request.Version, cancellation)
                ),
                _ => await _statistics.OfContainerAsync(task.Containers[index], request.Version, cancellation)
                    is { } reading
                    ? MetadataAnswer.Of(reading)
                    : MetadataAnswer.Failed($"Unable to get container stats for: {task.Containers[index].Id}"),
            };
        }
        catch (EngineException)
        {
            return request.Subject == MetadataSubject.Container
                ? MetadataAnswer.Failed($"unable to generate metadata for container '{task.Containers[index].Id}'")
                : MetadataAnswer.Failed($"Unable to generate metadata for v{request.Version} task: '{task.Arn}'");
        }
    }

    private async Task<ContainerResponse> ContainerAsync(
        TaskState task,
        int index,
        int version,
        CancellationToken cancellation
    )
    {
        var seen = task.Containers[index].Id is { } id ? await engine.FindContainerAsync(id, cancellation) : null;
        return TaskDescription.Of(task, index, seen, version);
    }

    private async Task<TaskResponse> TaskAsync(TaskState task, int version, CancellationToken cancellation)
    {
        var there = Enumerable
            .Range(0, task.Containers.Length)
            .Where(index => task.Containers[index] is { Id: not null } or { Phase: ContainerPhase.Pulled });
        return TaskDescription.Of(
            task,
            await Task.WhenAll(there.Select(index => ContainerAsync(task, index, version, cancellation))),
            options,
            version
        );
    }

    private async Task<TaskResponse> WithTagsAsync(TaskResponse task, int version, CancellationToken cancellation)
    {
        var errors = new List<ErrorResponse>();
        var instanceTags = await TagsAsync(
            nameof(TaskResponse.ContainerInstanceTags),
            containerInstanceArn() ?? "",
            errors,
            cancellation
        );
        var taskTags = await TagsAsync(nameof(TaskResponse.TaskTags), task.TaskArn, errors, cancellation);
        return task with
        {
            ContainerInstanceTags = instanceTags,
            TaskTags = taskTags,
            Errors = version == 4 && errors.Count > 0 ? errors : null,
        };
    }

    private async Task<IReadOnlyDictionary<string, string>?> TagsAsync(
        string field,
        string arn,
        List<ErrorResponse> errors,
        CancellationToken cancellation
    )
    {
        try
        {
            var tags = (
                await ecs.ListTagsForResourceAsync(
                    new ListTagsForResourceRequest { ResourceArn = arn },
                    context(),
                    cancellation
                )
            ).Tags
                ?? [];
            return tags.Count == 0
                ? null
                : tags.ToDictionary(tag => tag.Key ?? "", tag => tag.Value ?? "", StringComparer.Ordinal);
        }
        catch (AwsException exception)
        {
            errors.Add(new ErrorResponse(field, exception.Code, exception.Message, exception.StatusCode, arn));
        }
        catch (Exception exception)
            when (exception is HttpRequestException or OperationCanceledException
                && !cancellation.IsCancellationRequested
            )
        {
            errors.Add(new ErrorResponse(field, ErrorCode: null, exception.Message, StatusCode: null, arn));
        }

        return null;
    }
}
