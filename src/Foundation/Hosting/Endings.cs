using System.Runtime.ExceptionServices;

namespace Estiba.Hosting;

/// <summary>What is to be done at the end, the last first. One that fails keeps none of the others from it.</summary>
/// <remarks>Not safe for concurrent use.</remarks>
public sealed class Endings : IAsyncDisposable
{
    private readonly Stack<Func<ValueTask>> _ends = new();

    /// <summary>Adds what is done before all that was added earlier.</summary>
    public void Push(Func<ValueTask> end) => _ends.Push(end);

    /// <summary>Does all of it once, and fails then with what failed.</summary>
    /// <exception cref="AggregateException">Several failed; of a single one its own exception.</exception>
    public async ValueTask DisposeAsync()
    {
        var failures = new List<Exception>();
        while (_ends.TryPop(out var end))
        {
            try
            {
                await end();
            }
            catch (Exception failure)
            {
                failures.Add(failure);
            }
        }

        if (failures.Count == 1)
            ExceptionDispatchInfo.Throw(failures[0]);
        if (failures.Count > 1)
            throw new AggregateException(failures);
    }
}
