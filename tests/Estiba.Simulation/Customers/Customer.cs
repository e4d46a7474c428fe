using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Simulation.Servers;

namespace Estiba.Simulation.Customers;

/// <summary>Whoever uses the cluster: knows what was answered, and what was asked for without an answer.</summary>
internal sealed class Customer(World world)
{
    private readonly List<Application> applications = [];
    private readonly Dictionary<string, Application> registered = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WantedService> services = new(StringComparer.Ordinal);
    private readonly List<string> tasks = [];

    /// <summary>Task definitions that may be used.</summary>
    internal IReadOnlyList<Application> Applications => applications;

    /// <summary>The services as the customer last heard of them.</summary>
    internal IEnumerable<WantedService> Services => services.Values;

    /// <summary>Tasks outside of services that the customer has heard of, by ARN.</summary>
    internal IReadOnlyList<string> Tasks => tasks;

    /// <summary>Calls an operation as anybody would; an answer may be lost on its way.</summary>
    /// <returns>The answer; null when the server refused or nobody answered.</returns>
    internal async Task<T?> CallAsync<T>(string what, Func<IEcsApi, CallContext, Task<T>> call)
        where T : class
    {
        try
        {
            var answer = await CallOrThrowAsync(call);
            world.Tell("customer", $"{what}");
            return answer;
        }
        catch (Exception exception) when (exception is AwsException or UnansweredException)
        {
            world.Tell("customer", $"{what}: {exception.Message}");
            return null;
        }
    }

    /// <summary>Changes a service, and remembers what was acknowledged.</summary>
    /// <param name="name">The service.</param>
    /// <param name="what">What is done, in words.</param>
    /// <param name="call">Does it.</param>
    /// <param name="after">How the service is once it is done.</param>
    internal async Task ChangeAsync<T>(string name, string what, Func<IEcsApi, CallContext, Task<T>> call, Func<T, WantedService> after)
    {
        try
        {
            services[name] = after(await CallOrThrowAsync(call));
            world.Tell("customer", $"{what}");
        }
        catch (AwsException refusal)
        {
            world.Tell("customer", $"{what}: {refusal.Message}");
        }
        catch (UnansweredException exception)
        {
            world.Tell("customer", $"{what}: {exception.Message}");
            services[name] = (services.GetValueOrDefault(name) ?? new WantedService(name)) with { IsSure = false };
        }
    }

    /// <summary>The service as the server now says it is; it was left open by a request without an answer.</summary>
    internal void Learn(WantedService service) => services[service.Name] = service;

    /// <summary>The task definition of this name, even if it is not used any more; null when its registration was never answered.</summary>
    internal Application? HasRegistered(string name) => registered.GetValueOrDefault(name);

    internal void Remember(Application application)
    {
        applications.Add(application);
        registered[application.Name] = application;
    }

    internal void Forget(Application application) => applications.Remove(application);

    internal void Remember(IEnumerable<EcsTask> started) => tasks.AddRange(started.Select(task => task.TaskArn!));

    private async Task<T> CallOrThrowAsync<T>(Func<IEcsApi, CallContext, Task<T>> call)
    {
        var loss = world.Network.Weather.Loss;
        if (world.Random.NextDouble() < loss) throw new UnansweredException("no answer");
        try
        {
            var answer = await world.Server.CallAsync(call);
            return world.Random.NextDouble() < loss ? throw new UnansweredException("the answer was lost") : answer;
        }
        catch (AwsException exception) when (exception.StatusCode >= 500 && !world.Server.DiskIsFull)
        {
            world.Violate($"The server failed: {exception.Code}: {exception.Message}");
            throw;
        }
    }
}

/// <summary>A service as its customer last heard of it.</summary>
/// <param name="Name">Its name.</param>
internal sealed record WantedService(string Name)
{
    /// <summary>False when a request about it was not answered: it may be as it was before, or as it was to be.</summary>
    internal bool IsSure { get; init; } = true;

    /// <summary>How many tasks it is to have; null when it was deleted or never created.</summary>
    internal int? DesiredCount { get; init; }
}
