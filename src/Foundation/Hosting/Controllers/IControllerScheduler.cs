namespace Estiba.Hosting.Controllers;

/// <summary>
/// Decides when and in which order controllers and chores work: the platform by threads and the clock, a simulation by
/// chance.
/// </summary>
public interface IControllerScheduler
{
    /// <summary>Begins to call a controller's reconciler for the keys that it is given.</summary>
    IControllerQueue Start(Controller controller);

    /// <summary>Begins to do a chore at its interval.</summary>
    /// <returns>Ends it: what is being done is cancelled and waited for.</returns>
    IAsyncDisposable Start(Chore chore);
}

/// <summary>Where a working controller's keys go. To dispose it ends the work.</summary>
public interface IControllerQueue : IAsyncDisposable
{
    /// <summary>Asks for a key to be looked at. Quick, and safe from any thread.</summary>
    void Enqueue(string key);

    /// <summary>Completes when there is nothing that could be done now.</summary>
    Task WhenIdleAsync();
}
