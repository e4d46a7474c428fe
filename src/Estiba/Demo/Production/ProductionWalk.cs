using Estiba.CommandLine;

namespace Estiba.Demo.Production;

/// <summary>
/// The article's second chapter, command by command: what it says a service needs to be ready for production, and what
/// it misses in ECS ("balanceo, rolling update con rollback…"), while a client counts what fails.
/// </summary>
/// <remarks>"Cómo desplegar microservicios en Amazon", Paradigma; the names are the article's own.</remarks>
internal sealed partial class ProductionWalk(Walk walk, Shell shell, ProductionPlace place, TimeProvider time)
    : IAsyncDisposable
{
    private const string Cluster = "subiendo-mi-contenedor";
    private const string Repository = "subiendo.mi.contenedor";
    private const string Family = "subiendo_mi_contenedor";
    private const string TheService = $"--cluster {Cluster} --service {Family}";
    private const int LastVersion = 4;

    /// <summary>Requests in a second: 1,200 a minute for each of two tasks; the policy's target is 1,500.</summary>
    private const double UsualRate = 40;
    private const double DoubledRate = 2 * UsualRate;

    private LoadGenerator? _client;

    /// <summary>The variable with the target group that gets the requests.</summary>
    private string _serving = "GROUP";

    /// <summary>What was seen in the steps since the service runs.</summary>
    internal Observations Observations { get; } = new();

    /// <summary>Where the load balancer answers.</summary>
    internal IReadOnlyList<Uri> Addresses { get; private set; } = [];

    /// <summary>What the images of all versions are called where Docker pushes, and where agents pull.</summary>
    internal static IReadOnlyList<string> ImagesIn(ProductionPlace place) =>
        [
            .. Enumerable
                .Range(1, LastVersion)
                .SelectMany(version =>
                    new[]
                    {
                        $"{place.RegistryOfAws}/{Repository}:{version}",
                        $"{place.Registry}/{Repository}:{version}",
                    }
                ),
        ];

    /// <summary>Walks all of it.</summary>
    /// <param name="pullNginx">Leaves the image that versions are made from in the engine.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="CommandException">A step failed.</exception>
    internal async Task WalkAsync(Func<CancellationToken, Task> pullNginx, CancellationToken cancellation)
    {
        await SetUpAsync(pullNginx, cancellation);
        await RollingAsync(cancellation);
        await BadDeploymentAsync(cancellation);
        await CanaryAsync(cancellation);
        await ScaleOutAsync(cancellation);
        await ScaleInAsync(cancellation);
        await LostInstanceAsync(cancellation);
        await EndLoadAsync();
    }

    /// <summary>From nothing to two tasks behind a load balancer, and a client.</summary>
    internal async Task SetUpAsync(Func<CancellationToken, Task> pullNginx, CancellationToken cancellation)
    {
        await FirstChapterAsync(pullNginx, cancellation);
        await InstancesAsync(cancellation);
        await LoadBalancerAsync(cancellation);
        await ServiceAsync(cancellation);
        await BeginLoadAsync(cancellation);
    }

    /// <summary>The client asks no more.</summary>
    internal Task EndLoadAsync() => _client?.EndAsync() ?? Task.CompletedTask;

    /// <summary>All requests of the client went well.</summary>
    /// <exception cref="CommandException">Some did not.</exception>
    internal void RequireNoFailure()
    {
        if (_client is { Total: { Failed: > 0 } total })
            throw new CommandException(
                $"{total.Failed} of {total.Requests} requests failed: {string.Join("; ", _client.Reasons)}"
            );
    }

    public ValueTask DisposeAsync() => _client?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Takes a step, and notes what was seen and how the client's requests went meanwhile.</summary>
    private async Task ObserveAsync(string step, Func<Task<string>> take)
    {
        var client = _client ?? throw new InvalidOperationException("the client does not ask yet");
        var began = time.GetTimestamp();
        client.Lap();
        var seen = await take();
        var counts = client.Lap();
        Observations.Add(new Observation(step, seen, time.GetElapsedTime(began), counts));
        walk.Say($"{counts.Requests:N0} requests meanwhile, {counts.Failed:N0} of them failed.");
    }

    private Task<string> RunAsync(string line, CancellationToken cancellation) => walk.RunAsync(line, cancellation);

    private Task<string> WatchAsync(
        string line,
        Func<string, bool> enough,
        CancellationToken cancellation,
        int minutes = 5
    ) => walk.WatchAsync(line, enough, TimeSpan.FromMinutes(minutes), time, cancellation);
}
