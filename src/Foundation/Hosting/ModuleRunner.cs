using Estiba.Contracts;
using Estiba.Hosting.Controllers;
using Estiba.Hosting.Health;
using Estiba.Hosting.Http;
using Estiba.State;
using Microsoft.Extensions.Logging;

namespace Estiba.Hosting;

/// <summary>
/// Runs modules on one store: opens them in order, lets them call each other, sets their controllers and chores to
/// work, and ends everything in the reverse order.
/// </summary>
/// <remarks>The store is not its own: whoever opened it closes it after this.</remarks>
public sealed partial class ModuleRunner : IAsyncDisposable
{
    private readonly ModuleHost _host;
    private readonly List<OpenModule> _modules = [];
    private readonly List<(Controller Controller, IControllerQueue Queue)> _working = [];
    private readonly Endings _stop = new();
    private readonly Endings _close = new();
    private readonly Dictionary<Table, List<(string Controller, Trigger Trigger, Action<string> Enqueue)>> _triggers =
    [];
    private readonly ILogger _logger;

    private ModuleRunner(ModuleHost host)
    {
        _host = host;
        _logger = host.Loggers.CreateLogger("Estiba.Controllers");
    }

    /// <summary>The operations of all modules, for the gateway.</summary>
    public IReadOnlyList<ServiceDispatcher> Dispatchers => [.. _modules.SelectMany(module => module.Dispatchers)];

    /// <summary>The paths that modules answer themselves.</summary>
    public IReadOnlyList<HttpPath> Paths => [.. _modules.SelectMany(module => module.Paths)];

    /// <summary>What must work for the modules to be ready.</summary>
    public IReadOnlyList<HealthCheck> HealthChecks => [.. _modules.SelectMany(module => module.HealthChecks)];

    /// <summary>The controllers of all modules.</summary>
    public IReadOnlyList<Controller> Controllers => [.. _modules.SelectMany(module => module.Controllers)];

    /// <summary>The chores of all modules.</summary>
    public IReadOnlyList<Chore> Chores => [.. _modules.SelectMany(module => module.Chores)];

    /// <summary>Everything that modules keep, to open their store with.</summary>
    public static IReadOnlyList<Table> TablesOf(IEnumerable<Module> modules) =>
        [.. modules.SelectMany(module => module.Tables)];

    /// <summary>Opens modules; afterwards they may be called, and nothing works by itself yet.</summary>
    /// <param name="modules">In the order of opening: a module gets what those before it share.</param>
    /// <param name="host">What they live on.</param>
    /// <param name="cancellation">Gives up; what is open is closed again.</param>
    /// <exception cref="Exception">What kept a module from opening, whatever became of closing the others.</exception>
    public static async Task<ModuleRunner> OpenAsync(
        IEnumerable<Module> modules,
        ModuleHost host,
        CancellationToken cancellation = default
    )
    {
        var runner = new ModuleRunner(host);
        try
        {
            foreach (var module in modules)
            {
                var open = await module.OpenAsync(host, cancellation);
                runner._modules.Add(open);
                if (open.CloseAsync is { } close)
                    runner._close.Push(close);
            }

            host.Neighbours.Bind(runner._modules.SelectMany(module => module.Dispatchers));
            return runner;
        }
        catch
        {
            await runner.GiveUpAsync();
            throw;
        }
    }

    /// <summary>
    /// Sets the modules to work: first what they do at their start, one after another, then all controllers, beginning
    /// with what was left when the platform last stopped, then all chores.
    /// </summary>
    /// <param name="scheduler">Decides when they work.</param>
    /// <param name="leads">Whether this is the server that does what is done once for all.</param>
    /// <param name="cancellation">Gives up starting.</param>
    public async Task StartAsync(
        IControllerScheduler scheduler,
        bool leads = true,
        CancellationToken cancellation = default
    )
    {
        foreach (var module in _modules)
        {
            if (module.StopAsync is { } stop)
                _stop.Push(stop);
            if (module.StartAsync is { } start)
                await start(cancellation);
        }

        bool IsHere(WorkScope scope) => leads || scope == WorkScope.Everywhere;
        foreach (var controller in _modules.SelectMany(module => module.Controllers))
        {
            if (IsHere(controller.Scope))
                Begin(controller, scheduler.Start(controller));
            else
                controller.StayIdle();
        }

        if (_triggers.Count > 0)
        {
            // Watched from before it is looked at what there is, so that nothing is missed.
            var watch = _host.Store.SubscribeQueued(Find);
            _stop.Push(() =>
            {
                watch.Dispose();
                return ValueTask.CompletedTask;
            });
        }

        foreach (var (controller, queue) in _working)
        {
            foreach (var key in controller.AtStart(_host.Store.Current))
                queue.Enqueue(key);
        }

        foreach (var chore in _modules.SelectMany(module => module.Chores).Where(each => IsHere(each.Scope)))
            _stop.Push(scheduler.Start(chore).DisposeAsync);
    }

    /// <summary>Another part of the process that uses the modules' operations, such as the executable.</summary>
    /// <inheritdoc cref="ModuleHost.Neighbour{TApi}"/>
    public TApi Neighbour<TApi>(Calls.CallPrincipal principal)
        where TApi : IAwsApi<TApi> => _host.Neighbour<TApi>(principal);

    /// <summary>Completes when no controller has anything to do that could be done now.</summary>
    public async Task WhenIdleAsync()
    {
        foreach (var (_, queue) in _working)
            await queue.WhenIdleAsync();
    }

    /// <summary>Ends what works, the last first. What the modules answer is answered until they are closed.</summary>
    /// <exception cref="Exception">Something did not end as it should; all else has ended all the same.</exception>
    public ValueTask StopAsync() => _stop.DisposeAsync();

    /// <summary>Ends what works, and closes the modules, the last one first.</summary>
    /// <inheritdoc cref="StopAsync" path="/exception"/>
    public ValueTask DisposeAsync()
    {
        _close.Push(StopAsync);
        return _close.DisposeAsync();
    }

    /// <summary>Ends what was begun of a start that has failed: why it did is what the caller is to hear.</summary>
    private async Task GiveUpAsync()
    {
        try
        {
            await DisposeAsync();
        }
        catch (Exception failure)
        {
            Log.NotEnded(_logger, failure);
        }
    }

    private void Begin(Controller controller, IControllerQueue queue)
    {
        _working.Add((controller, queue));
        _stop.Push(queue.DisposeAsync);
        foreach (var trigger in controller.Triggers)
        {
            if (!_triggers.TryGetValue(trigger.Table, out var ofTable))
                _triggers.Add(trigger.Table, ofTable = []);
            ofTable.Add((controller.Name, trigger, queue.Enqueue));
        }

        controller.Begin(queue);
    }

    private void Find(Commit commit)
    {
        foreach (var changed in commit.Tables)
        {
            if (!_triggers.TryGetValue(changed.Table, out var triggers))
                continue;
            foreach (var (controller, trigger, enqueue) in triggers)
                Find(controller, trigger, commit, changed, enqueue);
        }
    }

    /// <summary>One trigger's fault is not the other controllers'.</summary>
    private void Find(string controller, Trigger trigger, Commit commit, ChangedTable changed, Action<string> enqueue)
    {
        try
        {
            trigger.Find(commit.View, changed.Changes, enqueue);
        }
        catch (Exception fault)
        {
            Log.TriggerThrew(_logger, controller, changed.Table.Name, commit.Revision, fault);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            1,
            LogLevel.Error,
            "A trigger of {Controller} threw on changes of {Table} in the commit {Revision}: what they concern is "
                + "looked at when it changes again, or at the next start"
        )]
        internal static partial void TriggerThrew(
            ILogger logger,
            string controller,
            string table,
            long revision,
            Exception fault
        );

        [LoggerMessage(2, LogLevel.Warning, "Not all that was begun of a start that has failed could be ended")]
        internal static partial void NotEnded(ILogger logger, Exception failure);
    }
}
