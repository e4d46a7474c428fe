using Estiba.Contracts.Ecs;

namespace Estiba.Simulation.Customers;

/// <summary>
/// Customers protect tasks of services from scaling and deployments while these have something to finish.
/// </summary>
internal static class ProtectionActs
{
    private const int MostMinutes = 60;
    private const int MostAtOnce = 10;

    private static readonly TimeSpan LongestAtTheEnd = TimeSpan.FromMinutes(10);

    internal static async Task ProtectAsync(World world)
    {
        if (world.Any(world.Customer.Services)?.Name is not { } name)
            return;
        var list = await world.Customer.CallAsync($"list-tasks of {name}", (api, caller) =>
            api.ListTasksAsync(new ListTasksRequest { ServiceName = name }, caller)
        );
        if (list?.TaskArns is not { Count: > 0 } arns)
            return;
        var chosen = arns.Where(_ => world.Random.Next(2) == 0).Take(MostAtOnce).ToList();
        if (chosen.Count == 0)
            return;
        if (world.Random.Next(4) == 0)
            await UpdateAsync(world, chosen, minutes: null);
        else
            await UpdateAsync(world, chosen, world.Random.Next(1, MostMinutes));
    }

    /// <summary>
    /// Ends protections that would hold for long, as a clock that was set back makes them; the others are left to end
    /// by themselves.
    /// </summary>
    internal static async Task EndLongOnesAsync(World world)
    {
        if (
            await world.Customer.CallAsync("get-task-protection", (api, caller) =>
                api.GetTaskProtectionAsync(new GetTaskProtectionRequest { Cluster = World.Cluster }, caller)
            )
            is not { } answer
        )
            return;
        var limit = world.Server.Clock.GetUtcNow() + LongestAtTheEnd;
        foreach (var tasks in answer.ProtectedTasks!.Where(task => task.ExpirationDate > limit).Chunk(MostAtOnce))
            await UpdateAsync(world, [.. tasks.Select(task => task.TaskArn!)], minutes: null);
    }

    private static Task UpdateAsync(World world, IReadOnlyList<string> tasks, int? minutes) =>
        world.Customer.CallAsync(
            "update-task-protection of "
                + $"{string.Join(", ", tasks.Select(task => world.History.Brief(task)))}: "
                + $"{(minutes is null ? "none" : $"{minutes} minutes")}",
            (api, caller) =>
                api.UpdateTaskProtectionAsync(
                    new UpdateTaskProtectionRequest
                    {
                        Cluster = World.Cluster,
                        Tasks = tasks,
                        ProtectionEnabled = minutes is not null,
                        ExpiresInMinutes = minutes,
                    },
                    caller
                )
        );
}
