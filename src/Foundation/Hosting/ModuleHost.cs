using System.Collections.Concurrent;
using Estiba.Contracts;
using Estiba.Hosting.Calls;
using Estiba.State;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Estiba.Hosting;

/// <summary>What the modules of one platform live on: its state, its clock, its files, and each other.</summary>
public sealed class ModuleHost
{
    private readonly ConcurrentDictionary<Type, object> _shared = new();

    /// <summary>The state, opened with the tables of all modules.</summary>
    public required Store Store { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where chance comes from; safe for threads, or one with a seed where there is one thread.</summary>
    public Random Random { get; init; } = Random.Shared;

    /// <summary>Where a module's log goes.</summary>
    public ILoggerFactory Loggers { get; init; } = NullLoggerFactory.Instance;

    /// <summary>The operations of all modules.</summary>
    internal Neighbours Neighbours { get; } = new();

    /// <summary>
    /// Another service of the platform, called within the process as a customer would call it: by its contract, and
    /// with permission. It answers once all modules are open.
    /// </summary>
    /// <typeparam name="TApi">The generated operation interface.</typeparam>
    /// <param name="principal">As whom.</param>
    public TApi Neighbour<TApi>(CallPrincipal principal)
        where TApi : IAwsApi<TApi> => TApi.Over(new InProcessTransport(this, principal));

    /// <summary>
    /// Shares something with the other modules that is no AWS API, in the place of what was shared under this type
    /// before.
    /// </summary>
    /// <typeparam name="T">As what others ask for it.</typeparam>
    /// <param name="part">What is shared.</param>
    public void Share<T>(T part)
        where T : class => _shared[typeof(T)] = part;

    /// <summary>What is shared under a type; null as long as nothing is.</summary>
    public T? Find<T>()
        where T : class => _shared.TryGetValue(typeof(T), out var part) ? (T)part : null;

    /// <summary>What is shared under a type.</summary>
    /// <exception cref="InvalidOperationException">No module that is open yet shares it.</exception>
    public T Get<T>()
        where T : class =>
        Find<T>() ?? throw new InvalidOperationException($"No module that is open yet shares a {typeof(T).Name}.");
}
