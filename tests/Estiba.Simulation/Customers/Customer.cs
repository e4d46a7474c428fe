using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Simulation.Servers;

namespace Estiba.Simulation.Customers;

/// <summary>Whoever uses the cluster: knows what was answered, and what was asked for without an answer.</summary>
internal sealed class Customer(World world)
{
    private readonly List<Application> _applications = [];
    private readonly Dictionary<string, Application> _registered = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WantedService> _services = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WantedTaskSet> _taskSets = new(StringComparer.Ordinal);
    private readonly List<string> _tasks = [];

    /// <summary>Task definitions that may be used.</summary>
    internal IReadOnlyList<Application> Applications => _applications;

    /// <summary>The services as the customer last heard of them.</summary>
    internal IEnumerable<WantedService> Services => _services.Values;

    /// <summary>The task sets as the customer last heard of them.</summary>
    internal IEnumerable<WantedTaskSet> TaskSets => _taskSets.Values;

    /// <summary>Tasks outside of services that the customer has heard of, by ARN.</summary>
    internal IReadOnlyList<string> Tasks => _tasks;

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
    internal Task ChangeAsync<T>(
        string name,
        string what,
        Func<IEcsApi, CallContext, Task<T>> call,
        Func<T, WantedService> after
    ) =>
        ChangeAsync(
            what,
            call,
            answer => Learn(after(answer)),
            () => Learn((_services.GetValueOrDefault(name) ?? new WantedService(name)) with { IsSure = false })
        );

    /// <summary>Changes a task set, and remembers what was acknowledged.</summary>
    /// <param name="set">The task set.</param>
    /// <param name="what">What is done, in words.</param>
    /// <param name="call">Does it.</param>
    /// <param name="after">How the task set is once it is done.</param>
    internal Task ChangeAsync<T>(
        WantedTaskSet set,
        string what,
        Func<IEcsApi, CallContext, Task<T>> call,
        WantedTaskSet after
    ) => ChangeAsync(what, call, _ => Learn(after), () => DoubtTaskSets(set.Service));

    /// <summary>
    /// The service as the server says it is; what was known of its task sets is as sure as the service.
    /// </summary>
    internal void Learn(WantedService service)
    {
        _services[service.Name] = service;
        if (!service.IsSure || service.DesiredCount is null)
            DoubtTaskSets(service.Name);
    }

    /// <summary>The task set as the server says it is.</summary>
    internal void Learn(WantedTaskSet set)
    {
        if (set.Status == WantedTaskSet.Primary)
            foreach (
                var other in _taskSets
                    .Values.Where(other => other.Service == set.Service && other.Status == WantedTaskSet.Primary)
                    .ToList()
            )
                _taskSets[other.Id] = other with { Status = WantedTaskSet.Active };
        _taskSets[set.Id] = set;
    }

    /// <summary>A task set is gone, as was asked for.</summary>
    internal void Forget(WantedTaskSet set) => _taskSets.Remove(set.Id);

    /// <summary>
    /// The task definition of this name, even if it is not used any more; null when its registration was never
    /// answered.
    /// </summary>
    internal Application? HasRegistered(string name) => _registered.GetValueOrDefault(name);

    internal void Remember(Application application)
    {
        _applications.Add(application);
        _registered[application.Name] = application;
    }

    internal void Forget(Application application) => _applications.Remove(application);

    internal void Remember(IEnumerable<EcsTask> started) => _tasks.AddRange(started.Select(task => task.TaskArn!));

    private void DoubtTaskSets(string service)
    {
        foreach (var set in _taskSets.Values.Where(set => set.Service == service).ToList())
            _taskSets[set.Id] = set with { IsSure = false };
    }

    private async Task ChangeAsync<T>(
        string what,
        Func<IEcsApi, CallContext, Task<T>> call,
        Action<T> onAnswer,
        Action onSilence
    )
    {
        try
        {
            onAnswer(await CallOrThrowAsync(call));
            world.Tell("customer", $"{what}");
        }
        catch (AwsException refusal)
        {
            world.Tell("customer", $"{what}: {refusal.Message}");
        }
        catch (UnansweredException exception)
        {
            world.Tell("customer", $"{what}: {exception.Message}");
            onSilence();
        }
    }

    private async Task<T> CallOrThrowAsync<T>(Func<IEcsApi, CallContext, Task<T>> call)
    {
        var loss = world.Network.Weather.Loss;
        if (world.Random.NextDouble() < loss)
            throw new UnansweredException("no answer");
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
    /// <summary>
    /// False when a request about it was not answered: it may be as it was before, or as it was to be.
    /// </summary>
    internal bool IsSure { get; init; } = true;

    /// <summary>
    /// How many tasks it is to have; null when it was deleted or never created. Of a daemon it only says that it is
    /// there: the instances say how many.
    /// </summary>
    internal int? DesiredCount { get; init; }

    /// <summary>Whether it is to have one task on each container instance.</summary>
    internal bool IsDaemon { get; init; }

    /// <summary>Whether its customer deploys it by task sets.</summary>
    internal bool IsExternal { get; init; }

    /// <summary>The service as the server shows it.</summary>
    internal static WantedService Of(Service service) =>
        new(service.ServiceName!)
        {
            DesiredCount = service.Status == "ACTIVE" ? service.DesiredCount : null,
            IsDaemon = service.SchedulingStrategy == SchedulingStrategy.Daemon,
            IsExternal = service.DeploymentController?.Type == DeploymentControllerType.External,
        };
}

/// <summary>A task set as its customer last heard of it.</summary>
/// <param name="Service">The name of its service.</param>
/// <param name="Id">Its id.</param>
internal sealed record WantedTaskSet(string Service, string Id)
{
    internal const string Primary = "PRIMARY";
    internal const string Active = "ACTIVE";
    internal const string Draining = "DRAINING";

    /// <summary>False when a request about it or its service was not answered.</summary>
    internal bool IsSure { get; init; } = true;

    /// <summary>How many percent of the service's tasks it is to have.</summary>
    internal required double Scale { get; init; }

    /// <summary>Whether it is the primary one, another, or one that was deleted.</summary>
    internal required string Status { get; init; }

    /// <summary>The task set as the server shows it.</summary>
    internal static WantedTaskSet Of(string service, TaskSet set) =>
        new(service, set.Id!) { Scale = set.Scale!.Value!.Value, Status = set.Status! };
}
