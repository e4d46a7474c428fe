using System.Globalization;
using Estiba.Contracts.Ecs;

namespace Estiba.Simulation.Customers;

/// <summary>Customers deploy a service by themselves: with task sets, one of which is the primary one.</summary>
internal static class TaskSetActs
{
    private static readonly string[] Names = ["f", "g"];

    internal static IReadOnlyList<Act> All { get; } =
    [
        new(1, CreateServiceAsync),
        new(3, CreateTaskSetAsync),
        new(2, ScaleAsync),
        new(2, ChoosePrimaryAsync),
        new(2, DeleteAsync),
    ];

    private static async Task CreateServiceAsync(World world)
    {
        var name = Names[world.Random.Next(Names.Length)];
        var request = new CreateServiceRequest
        {
            ServiceName = name,
            DesiredCount = world.Random.Next(0, 7),
            DeploymentController = new DeploymentController { Type = DeploymentControllerType.External },
            PlacementConstraints =
                world.Random.Next(4) == 0
                    ? [new PlacementConstraint { Type = PlacementConstraintType.DistinctInstance }]
                    : null,
        };
        await world.Customer.ChangeAsync(
            name,
            $"create-service {name}: {request.DesiredCount} tasks in task sets",
            (api, caller) => api.CreateServiceAsync(request, caller),
            answer => WantedService.Of(answer.Service!)
        );
    }

    private static async Task CreateTaskSetAsync(World world)
    {
        if (AnyService(world) is not { } service || world.Any(world.Customer.Applications) is not { } application)
            return;
        var token = world.Random.Next().ToString(CultureInfo.InvariantCulture);
        var request = new CreateTaskSetRequest
        {
            Cluster = World.Cluster,
            Service = service,
            TaskDefinition = application.Arn,
            ExternalId = token,
            ClientToken = token,
            Scale = Percent(world),
            CapacityProviderStrategy = world.Random.Next(4) == 0 ? CapacityActs.Strategy(world) : null,
        };
        await AskUntilAnsweredAsync(tries: 5);

        // As with run-task: the token keeps a request that is repeated from being done twice.
        async Task AskUntilAnsweredAsync(int tries)
        {
            if (
                await world.Customer.CallAsync(
                    $"create-task-set of {service}: {request.Scale!.Value} % of {application.Name}",
                    (api, caller) => api.CreateTaskSetAsync(request, caller)
                ) is
                { } answer
            )
                world.Customer.Learn(WantedTaskSet.Of(service, answer.TaskSet!));
            else if (tries > 1)
                world.Timeline.After(world.UpTo(TimeSpan.FromSeconds(20)), () => AskUntilAnsweredAsync(tries - 1));
        }
    }

    private static async Task ScaleAsync(World world)
    {
        if (world.Any(world.Customer.TaskSets) is not { } set)
            return;
        var scale = Percent(world);
        await world.Customer.ChangeAsync(
            set,
            $"update-task-set {Brief(set)} to {scale.Value} %",
            (api, caller) =>
                api.UpdateTaskSetAsync(
                    new UpdateTaskSetRequest
                    {
                        Cluster = World.Cluster,
                        Service = set.Service,
                        TaskSet = set.Id,
                        Scale = scale,
                    },
                    caller
                ),
            set with
            {
                Scale = scale.Value!.Value,
            }
        );
    }

    private static async Task ChoosePrimaryAsync(World world)
    {
        if (world.Any(world.Customer.TaskSets) is not { } set)
            return;
        await world.Customer.ChangeAsync(
            set,
            $"update-service-primary-task-set of {set.Service} to {Brief(set)}",
            (api, caller) =>
                api.UpdateServicePrimaryTaskSetAsync(
                    new UpdateServicePrimaryTaskSetRequest
                    {
                        Cluster = World.Cluster,
                        Service = set.Service,
                        PrimaryTaskSet = set.Id,
                    },
                    caller
                ),
            set with
            {
                Status = WantedTaskSet.Primary,
            }
        );
    }

    private static async Task DeleteAsync(World world)
    {
        if (world.Any(world.Customer.TaskSets) is not { } set)
            return;
        var force = world.Random.Next(3) > 0;
        await world.Customer.ChangeAsync(
            set,
            $"delete-task-set {Brief(set)}{(force ? " by force" : "")}",
            (api, caller) =>
                api.DeleteTaskSetAsync(
                    new DeleteTaskSetRequest
                    {
                        Cluster = World.Cluster,
                        Service = set.Service,
                        TaskSet = set.Id,
                        Force = force,
                    },
                    caller
                ),
            set with
            {
                Status = WantedTaskSet.Draining,
            }
        );
    }

    private static string? AnyService(World world) =>
        world.Any(world.Customer.Services.Where(service => service.IsExternal))?.Name;

    private static string Brief(WantedTaskSet set) => set.Id[^4..];

    private static Scale Percent(World world) =>
        new()
        {
            Unit = ScaleUnit.Percent,
            Value = world.Random.Next(6) switch
            {
                0 => 0,
                1 => 25,
                2 => 50,
                3 => 33.5,
                _ => 100,
            },
        };
}
