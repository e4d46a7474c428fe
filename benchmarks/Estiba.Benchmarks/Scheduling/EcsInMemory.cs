using Estiba.Contracts.Ecs;
using Estiba.Contracts.Sts;
using Estiba.Ecs;
using Estiba.Ecs.Agents;
using Estiba.Hosting;
using Estiba.State;
using Estiba.State.Journals;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Benchmarks.Scheduling;

/// <summary>
/// ECS as its module opens it, on a store without a journal. Its controllers do not work by themselves: a benchmark
/// calls them.
/// </summary>
internal sealed class EcsInMemory : IAsyncDisposable
{
    private readonly ModuleRunner _modules;

    private EcsInMemory(ModuleHost host, ModuleRunner modules)
    {
        _modules = modules;
        Store = host.Store;
        Api = host.Get<EcsApi>();
        Agents = host.Get<AgentDoor>();
    }

    internal Store Store { get; }

    internal IEcsApi Api { get; }

    internal AgentDoor Agents { get; }

    internal static async Task<EcsInMemory> OpenAsync()
    {
        var options = new EcsOptions { AgentEndpoint = new Uri("http://127.0.0.1:4566"), HealthyAfter = TimeSpan.Zero };
        Module[] modules =
        [
            new ApiModule<IStsApi>("AWS STS", new NoRoles()),
            new EcsModule(options) { Ids = new EcsIds(new Random(1)) },
        ];
        var host = new ModuleHost
        {
            Store = await Store.OpenAsync(new NoJournal(), ModuleRunner.TablesOf(modules)),
            Random = new Random(1),
        };
        return new EcsInMemory(host, await ModuleRunner.OpenAsync(modules, host));
    }

    /// <summary>The next step of a service.</summary>
    internal Task ReconcileServiceAsync(string key) => ReconcileAsync("ecs.services", key);

    /// <summary>One pass of a cluster's scheduler.</summary>
    internal Task ScheduleAsync(string clusterKey) => ReconcileAsync("ecs.scheduler", clusterKey);

    /// <summary>What is news for the agent of a container instance is sent to it.</summary>
    internal Task SendAsync(string instanceKey) => ReconcileAsync("ecs.payloads", instanceKey);

    public async ValueTask DisposeAsync()
    {
        await _modules.DisposeAsync();
        await Store.DisposeAsync();
    }

    private Task ReconcileAsync(string controller, string key) =>
        _modules
            .Controllers.Single(each => each.Name == controller)
            .Reconciler.ReconcileAsync(key, CancellationToken.None);

    /// <summary>STS of a world whose tasks have no roles: nothing asks it.</summary>
    private sealed class NoRoles : IStsApi;
}
