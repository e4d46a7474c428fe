using System.Net;
using Estiba.Listeners.EventLoops;

namespace Estiba.LoadBalancing.Traffic.Plain;

/// <summary>One loop's connections to one target that wait for a request. Used by the loop's thread alone.</summary>
internal sealed class IdleTargets(EventLoop loop, IPEndPoint target)
{
    // The one that was used last is used next: what is not needed grows old, and is closed.
    private readonly List<PlainTarget> _idle = [];
    private bool _isClosed;

    /// <summary>The loop.</summary>
    public EventLoop Loop => loop;

    /// <summary>The target's address, as the operating system has it.</summary>
    public SocketAddress Address { get; } = target.Serialize();

    /// <summary>One that has neither been closed by the target nor been said anything on; null where there is
    /// none.</summary>
    public PlainTarget? Take()
    {
        while (_idle.Count > 0)
        {
            var last = _idle[^1];
            _idle.RemoveAt(_idle.Count - 1);
            if (last.IsQuiet)
                return last;
            last.Close();
        }
        return null;
    }

    /// <summary>One waits for its next request.</summary>
    public void Return(PlainTarget connection)
    {
        if (_isClosed)
            connection.Close();
        else
            _idle.Add(connection);
    }

    /// <summary>One is closed.</summary>
    public void Forget(PlainTarget connection) => _idle.Remove(connection);

    /// <summary>Closes them, and those that are in use when they are no longer.</summary>
    public void Close()
    {
        _isClosed = true;
        foreach (var connection in _idle.ToList())
            connection.Close();
    }
}
