using System.Net;
using Estiba.Listeners;

namespace Estiba.LoadBalancing.Traffic.Targets;

/// <summary>The connections to one target. Safe for concurrent use.</summary>
internal sealed class TargetConnections
{
    private readonly HashSet<TargetConnection> _open = [];

    /// <inheritdoc cref="TargetConnection.OpenAsync"/>
    public async ValueTask<Stream> ConnectAsync(IPEndPoint target, TimeSpan limit, CancellationToken cancellation)
    {
        var connection = await TargetConnection.OpenAsync(target, limit, Forget, cancellation);
        lock (_open)
            _open.Add(connection);
        return connection;
    }

    /// <summary>Closes all of them.</summary>
    public void Close()
    {
        List<TargetConnection> open;
        lock (_open)
            open = [.. _open];
        foreach (var connection in open)
            connection.Dispose();
    }

    private void Forget(TargetConnection connection)
    {
        lock (_open)
            _open.Remove(connection);
    }
}
