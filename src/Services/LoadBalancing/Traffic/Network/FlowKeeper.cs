using System.Net;

namespace Estiba.LoadBalancing.Traffic.Network;

/// <summary>
/// Keeps flows within their limit. Another machine may have a quarter of them, this machine itself three quarters, so
/// that one that asks for too much does not keep out the others. Safe for concurrent use.
/// </summary>
internal sealed class FlowKeeper(int limit)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, int> _clients = [];
    private readonly int _ofOne = Math.Max(limit / 4, 1);
    private readonly int _ofThisMachine = Math.Max(limit / 4 * 3, 1);
    private int _all;

    /// <summary>Takes a place; false where there is none.</summary>
    public bool TryEnter(IPAddress client)
    {
        lock (_gate)
        {
            var its = _clients.GetValueOrDefault(client);
            if (_all >= limit || its >= (IPAddress.IsLoopback(client) ? _ofThisMachine : _ofOne))
                return false;
            _clients[client] = its + 1;
            _all++;
            return true;
        }
    }

    /// <summary>Gives a place back.</summary>
    public void Leave(IPAddress client)
    {
        lock (_gate)
        {
            _all--;
            if (--_clients[client] == 0)
                _clients.Remove(client);
        }
    }
}
