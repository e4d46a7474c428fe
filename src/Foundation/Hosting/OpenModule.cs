using Estiba.Contracts;
using Estiba.Hosting.Controllers;
using Estiba.Hosting.Health;
using Estiba.Hosting.Http;

namespace Estiba.Hosting;

/// <summary>A module at work: what it answers, and what it does by itself.</summary>
public sealed record OpenModule
{
    /// <summary>The operations that it answers: <c>TApi.Dispatch(api)</c> of each of its APIs.</summary>
    public IReadOnlyList<ServiceDispatcher> Dispatchers { get; init; } = [];

    /// <summary>The parts of the gateway's address that it answers itself.</summary>
    public IReadOnlyList<HttpPath> Paths { get; init; } = [];

    /// <summary>What must work for it to be ready.</summary>
    public IReadOnlyList<HealthCheck> HealthChecks { get; init; } = [];

    /// <summary>Runs once when all modules are open, before its controllers and chores begin; null for
    /// nothing.</summary>
    public Func<CancellationToken, Task>? StartAsync { get; init; }

    /// <summary>
    /// Runs once when its controllers and chores have ended, while the platform still answers; null for nothing. Ends
    /// what <see cref="StartAsync"/> began, also when that failed.
    /// </summary>
    public Func<ValueTask>? StopAsync { get; init; }

    /// <summary>What brings the things of its tables to where they are wanted.</summary>
    public IReadOnlyList<Controller> Controllers { get; init; } = [];

    /// <summary>What it does from time to time.</summary>
    public IReadOnlyList<Chore> Chores { get; init; } = [];

    /// <summary>Frees what it holds, when nobody calls it any more; null for nothing.</summary>
    public Func<ValueTask>? CloseAsync { get; init; }
}
