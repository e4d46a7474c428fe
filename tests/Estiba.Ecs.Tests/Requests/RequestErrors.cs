using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Ecs.Tests.TaskDefinitions;

namespace Estiba.Ecs.Tests.Requests;

/// <summary>Requests that cannot be, and how they are tried.</summary>
internal static class RequestErrors
{
    public static CreateServiceRequest NewService { get; } =
        new()
        {
            ServiceName = "s",
            TaskDefinition = "web",
            DesiredCount = 1,
        };

    public static Func<EcsWorld, Task> Run(Func<RunTaskRequest, RunTaskRequest> with) =>
        world => world.Api.RunTaskAsync(with(new RunTaskRequest { TaskDefinition = "web" }), world.Caller);

    public static Func<EcsWorld, Task> Override(ContainerOverride change) =>
        Run(request =>
            request with
            {
                Overrides = new TaskOverride { ContainerOverrides = [change with { Name = "nginx" }] },
            }
        );

    public static Task RegisterWithRoleAsync(EcsWorld world) =>
        TaskDefinitionTests.RegisterAsync(
            world,
            """{"family":"role","taskRoleArn":"arn:aws:iam::123456789012:role/r","containerDefinitions":[{"name":"a","image":"i","memory":64}]}"""
        );

    public static List<string> Names(int count) => [.. Enumerable.Range(0, count).Select(n => "n" + n)];

    public static async Task<EcsWorld> CreateAsync()
    {
        var world = await EcsWorld.CreateAsync();
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        return world;
    }

    public static async Task UpdateServiceAsync(EcsWorld world, UpdateServiceRequest request)
    {
        await world.CreateServiceAsync(1);
        await world.Api.UpdateServiceAsync(request, world.Caller);
    }

    public static async Task CreateTaskSetAsync(EcsWorld world, Func<CreateTaskSetRequest, CreateTaskSetRequest> with)
    {
        await world.CreateServiceAsync(1, with: request => request with { TaskDefinition = null, DeploymentController =
                    new DeploymentController { Type = "EXTERNAL" } });
        await world.Api.CreateTaskSetAsync(
            with(
                new CreateTaskSetRequest
                {
                    Cluster = "default",
                    Service = "s",
                    TaskDefinition = "web",
                }
            ),
            world.Caller
        );
    }

    public static Task RefusedAsync(params (string Message, Func<EcsWorld, Task> Call)[] requests) =>
        RefusedAsync([.. requests.Select(request => ("InvalidParameterException", request.Message, request.Call))]);

    public static async Task RefusedAsync(params (string Code, string Message, Func<EcsWorld, Task> Call)[] requests)
    {
        foreach (var (code, message, call) in requests)
        {
            await using var world = await CreateAsync();

            var error = await Should.ThrowAsync<AwsException>(() => call(world));

            (error.Code, error.Message).ShouldBe((code, message));
        }
    }
}
