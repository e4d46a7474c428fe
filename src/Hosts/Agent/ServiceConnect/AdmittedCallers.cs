using System.Collections.Frozen;
using System.Net;
using Estiba.Agent.Metadata;
using Estiba.Agent.Tasks;
using Estiba.Engines;

namespace Estiba.Agent.ServiceConnect;

/// <summary>
/// Which connections come from tasks of a namespace: the containers of these bear its ARN, and the engine knows their
/// addresses. Programs on the host's network all have the host's addresses; they are admitted where a task of the
/// namespace is among them.
/// </summary>
/// <remarks>
/// The engine is asked by a connection that comes a second after it was asked last, or that nobody knows: it may be of
/// a container that has just been started. So a container whose address was another's is taken for that one for a
/// second at most.
/// </remarks>
/// <param name="time">The clock.</param>
internal sealed class AdmittedCallers(TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(1);

    /// <summary>Strangers make the engine be asked no more often.</summary>
    private static readonly TimeSpan BetweenQuestions = TimeSpan.FromMilliseconds(100);

    private readonly SemaphoreSlim _asking = new(1);
    private volatile Known? _known;

    /// <summary>Lists the containers that are in a namespace of Service Connect; null as long as nobody can.</summary>
    internal Func<CancellationToken, Task<IReadOnlyList<ContainerSummary>>>? List { get; set; }

    /// <summary>Whether a connection comes from a task of a namespace.</summary>
    /// <param name="remote">Where it comes from.</param>
    /// <param name="namespaceArn">The namespace.</param>
    /// <param name="isOfHost">Whether that is an address of this host itself.</param>
    /// <param name="cancellation">Nobody needs to know any more.</param>
    /// <exception cref="EngineException">The engine does not answer.</exception>
    internal async ValueTask<bool> AdmitsAsync(
        IPAddress remote,
        string namespaceArn,
        bool isOfHost,
        CancellationToken cancellation
    )
    {
        var came = time.GetTimestamp();
        if (_known is { } known && time.GetElapsedTime(known.At, came) < Remembered && IsAmong(known))
            return true;
        return IsAmong(await AskAsync(came, cancellation));

        bool IsAmong(Known those) =>
            isOfHost
                ? those.OnHost.Contains(namespaceArn)
                : those.ByAddress.GetValueOrDefault(remote).Namespace == namespaceArn && LocalCallers.Admits(remote);
    }

    /// <summary>The task whose container has an address, by its ARN, as the engine said it last; null where it said
    /// nothing of it.</summary>
    internal string? TaskOf(IPAddress remote) => _known?.ByAddress.GetValueOrDefault(remote).Task;

    public void Dispose() => _asking.Dispose();

    /// <summary>What the engine says, asked no earlier than that.</summary>
    private async Task<Known> AskAsync(long since, CancellationToken cancellation)
    {
        await _asking.WaitAsync(cancellation);
        try
        {
            if (_known is { } known)
            {
                if (known.At >= since)
                    return known;
                if (BetweenQuestions - time.GetElapsedTime(known.At) is { Ticks: > 0 } left)
                    await Task.Delay(left, time, cancellation);
            }

            var at = time.GetTimestamp();
            var containers = List is { } list ? await list(cancellation) : [];
            return _known = Of(containers, at);
        }
        finally
        {
            _asking.Release();
        }
    }

    private static Known Of(IReadOnlyList<ContainerSummary> containers, long at)
    {
        var running = containers
            .Where(container => container.Status == ContainerStatus.Running)
            .Select(container =>
                (container, Namespace: container.Labels.GetValueOrDefault(ContainerNaming.NamespaceLabel))
            )
            .Where(each => each.Namespace is not null)
            .ToList();
        return new Known(
            running
                .SelectMany(
                    each => each.container.Addresses,
                    (each, address) => (address, each.container, each.Namespace)
                )
                .Where(each => IPAddress.TryParse(each.address, out _))
                .GroupBy(each => IPAddress.Parse(each.address))
                .Select(its => (Address: its.Key, First: its.First()))
                .ToFrozenDictionary(
                    each => each.Address,
                    each => new Caller(
                        each.First.Namespace!,
                        each.First.container.Labels.GetValueOrDefault(ContainerNaming.TaskArnLabel)
                    )
                ),
            running
                .Where(each => each.container.NetworkMode == "host")
                .Select(each => each.Namespace!)
                .ToFrozenSet(StringComparer.Ordinal),
            at
        );
    }

    private readonly record struct Caller(string Namespace, string? Task);

    private sealed record Known(FrozenDictionary<IPAddress, Caller> ByAddress, FrozenSet<string> OnHost, long At);
}
