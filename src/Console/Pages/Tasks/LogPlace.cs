namespace Estiba.Console.Pages.Tasks;

/// <summary>Where the log of a container is, for some tasks.</summary>
/// <param name="Container">The container's name.</param>
/// <param name="Group">The log group.</param>
/// <param name="Streams">The streams: one for each task, where the task definition says how they are called.</param>
internal sealed record LogPlace(string Container, string Group, IReadOnlyList<string> Streams)
{
    // As many as one request takes.
    private const int MostStreams = 100;

    /// <summary>The logs of a task definition's containers that go to CloudWatch Logs.</summary>
    internal static IReadOnlyList<LogPlace> Of(Ecs.TaskDefinition definition, IReadOnlyList<Ecs.EcsTask> tasks) =>
        [
            .. from container in definition.ContainerDefinitions ?? []
            where container.LogConfiguration?.LogDriver == "awslogs"
            let options = container.LogConfiguration?.Options
            let @group = options?.GetValueOrDefault("awslogs-group")
            where @group is not null
            select new LogPlace(
                container.Name ?? "",
                @group,
                StreamsOf(options!.GetValueOrDefault("awslogs-stream-prefix"), container, tasks)
            ),
        ];

    private static IReadOnlyList<string> StreamsOf(
        string? prefix,
        Ecs.ContainerDefinition container,
        IReadOnlyList<Ecs.EcsTask> tasks
    ) =>
        [
            .. tasks
                .Take(MostStreams)
                .Select(task =>
                    prefix is not null
                        ? $"{prefix}/{container.Name}/{Addresses.NameOf(task.TaskArn)}"
                        : task.Containers?.FirstOrDefault(it => it.Name == container.Name)?.RuntimeId
                )
                .OfType<string>(),
        ];
}
