using System.Net;

namespace Estiba.Dns.Doors;

/// <summary>How many queries each client has sent in the second that runs; for one thread.</summary>
internal sealed class Pace(int most, TimeProvider time)
{
    /// <summary>Clients beyond so many count as one.</summary>
    private const int MostClients = 4096;

    private readonly Dictionary<IPAddress, int> _counts = [];
    private long _begun = time.GetTimestamp();

    /// <summary>Whether one more of this client is to be looked at.</summary>
    internal bool Admits(IPAddress client)
    {
        if (time.GetElapsedTime(_begun) >= TimeSpan.FromSeconds(1))
        {
            _counts.Clear();
            _begun = time.GetTimestamp();
        }

        if (_counts.Count >= MostClients && !_counts.ContainsKey(client))
            client = IPAddress.Any;
        var count = _counts.GetValueOrDefault(client);
        _counts[client] = count + 1;
        return count < most;
    }
}
