using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.State;
using Estiba.State.Journals;

namespace Estiba.Ecs.Tests.Idempotency;

/// <summary>
/// The same request with the same client token makes what it makes once. RunTaskTests has the answers of tasks.
/// </summary>
public sealed class ClientTokenTests
{
    private static readonly CreateServiceRequest Request = new()
    {
        ServiceName = "s",
        TaskDefinition = "web",
        DesiredCount = 1,
        ClientToken = "t",
    };

    [Fact]
    public async Task The_same_client_token_creates_the_service_once_and_answers_how_it_is_now()
    {
        await using var world = await CreateAsync();
        var first = (await world.Api.CreateServiceAsync(Request, world.Caller)).Service!;
        await world.ObeyAsync();
        await world.Api.UpdateServiceAsync(new UpdateServiceRequest { Service = "s", DesiredCount = 2 }, world.Caller);

        var second = (await world.Api.CreateServiceAsync(Request, world.Caller)).Service!;

        second.ShouldSatisfyAllConditions(
            () => second.ServiceArn.ShouldBe(first.ServiceArn),
            () => second.CreatedAt.ShouldBe(first.CreatedAt),
            () => second.DesiredCount.ShouldBe(2),
            () => second.RunningCount.ShouldBe(1)
        );
    }

    [Fact]
    public async Task Two_requests_at_once_create_one_service()
    {
        await using var world = await CreateAsync();

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => Task.Run(() => world.Api.CreateServiceAsync(Request, world.Caller)))
        );

        answers.Select(answer => answer.Service!.Deployments!.Single().Id).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task A_client_token_is_known_after_a_restart()
    {
        using var journal = new MemoryJournal();
        Service first;
        await using (var world = await CreateAsync(journal))
            first = (await world.Api.CreateServiceAsync(Request, world.Caller)).Service!;

        await using var again = await EcsWorld.CreateAsync(journal);

        (await again.Api.CreateServiceAsync(Request, again.Caller))
            .Service!.Deployments!.Single()
            .Id.ShouldBe(first.Deployments!.Single().Id);
    }

    [Fact]
    public async Task A_client_token_with_other_parameters_is_refused_whatever_the_name()
    {
        await using var world = await CreateAsync();
        await world.Api.CreateServiceAsync(Request, world.Caller);

        await NotIdempotentAsync(world, Request with { DesiredCount = 2 });
        await NotIdempotentAsync(world, Request with { ServiceName = "another" });
    }

    [Fact]
    public async Task Client_tokens_are_a_cluster_s_own()
    {
        await using var world = await CreateAsync();
        await world.AddInstanceAsync("another");
        await world.Api.CreateServiceAsync(Request, world.Caller);

        (
            await world.Api.CreateServiceAsync(Request with { Cluster = "another" }, world.Caller)
        ).Service!.ServiceArn.ShouldEndWith("service/another/s");
    }

    [Fact]
    public async Task A_client_token_is_forgotten_after_a_day()
    {
        await using var world = await CreateAsync();
        await world.Api.CreateServiceAsync(Request, world.Caller);

        world.Clock.Advance(TimeSpan.FromHours(24));
        await world.Api.CreateServiceAsync(Request, world.Caller);
        world.Clock.Advance(TimeSpan.FromSeconds(1));

        await NotIdempotentAsync(world, Request);
    }

    [Fact]
    public async Task A_client_token_ends_with_its_service()
    {
        await using var world = await CreateAsync();
        var first = (await world.Api.CreateServiceAsync(Request, world.Caller)).Service!;
        await world.Api.DeleteServiceAsync(new DeleteServiceRequest { Service = "s", Force = true }, world.Caller);
        (
            await Should.ThrowAsync<AwsException>(() => world.Api.CreateServiceAsync(Request, world.Caller))
        ).Message.ShouldBe("Unable to Start a service that is still Draining.");
        await world.ObeyAsync();
        world.Clock.Advance(TimeSpan.FromMinutes(1));

        var second = (await world.Api.CreateServiceAsync(Request with { ClientToken = "u" }, world.Caller)).Service!;

        second.CreatedAt.ShouldNotBe(first.CreatedAt);
        await NotIdempotentAsync(world, Request);
    }

    [Fact]
    public async Task The_client_token_of_tasks_ends_when_they_are_shown_no_more()
    {
        await using var world = await CreateAsync();
        var request = new RunTaskRequest { TaskDefinition = "web", ClientToken = "t" };
        var first = (await world.Api.RunTaskAsync(request, world.Caller)).Tasks!.Single().TaskArn!;
        await world.ReportAsync(first, "STOPPED", "Essential container in task exited", exitCode: 0);
        (await world.Api.RunTaskAsync(request, world.Caller))
            .Tasks!.Single()
            .ShouldSatisfyAllConditions(
                task => task.TaskArn.ShouldBe(first),
                task => task.LastStatus.ShouldBe("STOPPED")
            );

        world.Clock.Advance(TimeSpan.FromMinutes(61));
        await world.SweepAsync();

        (await world.Api.RunTaskAsync(request, world.Caller)).Tasks!.Single().TaskArn.ShouldNotBe(first);
    }

    [Fact]
    public async Task The_same_client_token_creates_a_task_set_once()
    {
        await using var world = await CreateAsync();
        await world.CreateServiceAsync(1, with: request => request with { TaskDefinition = null, DeploymentController =
                    new DeploymentController { Type = "EXTERNAL" } });
        var request = new CreateTaskSetRequest
        {
            Cluster = "default",
            Service = "s",
            TaskDefinition = "web",
            ClientToken = "t",
        };
        var first = (await world.Api.CreateTaskSetAsync(request, world.Caller)).TaskSet!;

        (await world.Api.CreateTaskSetAsync(request, world.Caller)).TaskSet!.Id.ShouldBe(first.Id);

        (await world.ServiceAsync()).TaskSets!.Count.ShouldBe(1);
        var refusal = await Should.ThrowAsync<AwsException>(() =>
            world.Api.CreateTaskSetAsync(request with { ExternalId = "another" }, world.Caller)
        );
        refusal.Code.ShouldBe("InvalidParameterException");
    }

    private static async Task<EcsWorld> CreateAsync(MemoryJournal? journal = null)
    {
        var world = await EcsWorld.CreateAsync(journal ?? new MemoryJournal());
        await world.AddInstanceAsync();
        await world.RegisterAsync();
        return world;
    }

    private static async Task NotIdempotentAsync(EcsWorld world, CreateServiceRequest request)
    {
        var refusal = await Should.ThrowAsync<AwsException>(() => world.Api.CreateServiceAsync(request, world.Caller));
        refusal.Code.ShouldBe("InvalidParameterException");
        refusal.Message.ShouldBe("Creation of service was not idempotent.");
    }
}
