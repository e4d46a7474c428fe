using System.Net;

namespace Estiba.Dns.Doors;

/// <summary>A number of places, of which one client may have only some.</summary>
internal sealed class Share(int most, int mostOfClient)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, int> _taken = [];
    private int _total;

    /// <summary>Takes a place; false where there is none for this client.</summary>
    internal bool TryTake(IPAddress client)
    {
        lock (_lock)
        {
            var its = _taken.GetValueOrDefault(client);
            if (_total >= most || its >= mostOfClient)
                return false;
            _total++;
            _taken[client] = its + 1;
            return true;
        }
    }

    /// <summary>Gives it back.</summary>
    internal void Return(IPAddress client)
    {
        lock (_lock)
        {
            _total--;
            if (_taken[client] == 1)
                _taken.Remove(client);
            else
                _taken[client]--;
        }
    }
}
