using Estiba.State;

namespace Estiba.Hosting.Controllers;

/// <summary>
/// A reconciler and when it is to look at what: what is there at the start, and what a commit's changes concern.
/// </summary>
/// <remarks>When it must look again although nothing changes, its reconciler says itself.</remarks>
/// <param name="name">What logs call it: <c>ecs.services</c>.</param>
/// <param name="reconciler">What is called for each key.</param>
public sealed class Controller(string name, IReconciler<string> reconciler)
{
    private readonly Lock _gate = new();
    private HashSet<string>? _early = new(StringComparer.Ordinal);
    private volatile IControllerQueue? _queue;

    /// <summary>A controller whose step is one transaction.</summary>
    /// <param name="name">What logs call it.</param>
    /// <param name="store">The state.</param>
    /// <param name="step">Takes the next step for a key, and says after which time to look again even if nothing
    /// changes; null when only a change can matter.</param>
    public Controller(string name, Store store, Func<Transaction, string, TimeSpan?> step)
        : this(name, new TransactionReconciler(store, step)) { }

    /// <summary>A controller whose step is one transaction, and for which only a change can matter.</summary>
    /// <param name="name">What logs call it.</param>
    /// <param name="store">The state.</param>
    /// <param name="step">Takes the next step for a key.</param>
    public Controller(string name, Store store, Action<Transaction, string> step)
        : this(name, store, (transaction, key) =>
        {
            step(transaction, key);
            return null;
        }) { }

    /// <summary>What logs call it.</summary>
    public string Name => name;

    /// <summary>What is called for each key.</summary>
    public IReconciler<string> Reconciler => reconciler;

    /// <summary>On which servers it works.</summary>
    public WorkScope Scope { get; init; } = WorkScope.Leader;

    /// <summary>Everything that may have been left half done when the platform last stopped.</summary>
    public Func<View, IEnumerable<string>> AtStart { get; init; } = static _ => [];

    /// <summary>Which changes concern it.</summary>
    public IReadOnlyList<Trigger> Triggers { get; init; } = [];

    /// <summary>How many keys it works on at a time, and how it tries again.</summary>
    public ReconcilerOptions Options { get; init; } = new();

    /// <summary>
    /// Asks for a key to be looked at, for what no change in the state tells of. Before the controller works it is
    /// remembered, and on a server where it does not work it is not.
    /// </summary>
    public void Enqueue(string key)
    {
        if (_queue is { } working)
        {
            working.Enqueue(key);
            return;
        }

        lock (_gate)
        {
            if (_early is not null)
                _early.Add(key);
            else
                _queue?.Enqueue(key);
        }
    }

    /// <summary>It does not work on this server: what it is asked is not its to do.</summary>
    internal void StayIdle()
    {
        lock (_gate)
            _early = null;
    }

    internal void Begin(IControllerQueue queue)
    {
        lock (_gate)
        {
            foreach (var key in _early ?? [])
                queue.Enqueue(key);
            _early = null;
            _queue = queue;
        }
    }
}
