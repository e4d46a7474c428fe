using System.Net.Sockets;

namespace Estiba.Agent.Tests.StandIns;

/// <summary>A unix socket that leads to Docker's, and can be cut: to the agent, Docker is then stopped.</summary>
internal sealed class SocketProxy : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("estiba-proxy-");
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly List<Socket> _open = [];
    private Socket? _listener;
    private Task? _work;

    public SocketProxy() => Resume();

    public string Path => System.IO.Path.Combine(_directory.FullName, "docker.sock");

    public void Resume()
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(Path));
        listener.Listen();
        lock (_gate)
            _listener = listener;
        _work = AcceptAsync(listener);
    }

    public void Cut()
    {
        File.Delete(Path);
        lock (_gate)
        {
            _listener?.Dispose();
            _listener = null;
            foreach (var socket in _open)
                socket.Dispose();
            _open.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        Cut();
        if (_work is not null)
            await _work;
        _directory.Delete(recursive: true);
    }

    private async Task AcceptAsync(Socket from)
    {
        try
        {
            while (true)
            {
                var inner = await from.AcceptAsync(_stopping.Token);
                var outer = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                lock (_gate)
                {
                    _open.AddRange([inner, outer]);
                    if (_listener != from) // cut since it was accepted
                    {
                        inner.Dispose();
                        outer.Dispose();
                        return;
                    }
                }

                await outer.ConnectAsync(new UnixDomainSocketEndPoint("/var/run/docker.sock"), _stopping.Token);
                _ = Task.WhenAll(CopyAsync(inner, outer), CopyAsync(outer, inner));
            }
        }
        catch (Exception exception)
            when (exception is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Cut.
        }
    }

    private static async Task CopyAsync(Socket from, Socket to)
    {
        try
        {
            await using var source = new NetworkStream(from);
            await using var target = new NetworkStream(to);
            await source.CopyToAsync(target);
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException)
        {
            // One of them is gone.
        }
    }
}
