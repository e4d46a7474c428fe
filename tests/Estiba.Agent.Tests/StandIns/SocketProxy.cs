using System.Net.Sockets;

namespace Estiba.Agent.Tests.StandIns;

/// <summary>A unix socket that leads to Docker's, and can be cut: to the agent, Docker is then stopped.</summary>
internal sealed class SocketProxy : IAsyncDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("estiba-proxy-");
    private readonly CancellationTokenSource stopping = new();
    private readonly Lock gate = new();
    private readonly List<Socket> open = [];
    private Socket? listener;
    private Task? work;

    public SocketProxy() => Resume();

    public string Path => System.IO.Path.Combine(directory.FullName, "docker.sock");

    public void Resume()
    {
        listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(Path));
        listener.Listen();
        work = AcceptAsync(listener);
    }

    public void Cut()
    {
        listener?.Dispose();
        File.Delete(Path);
        lock (gate)
        {
            foreach (var socket in open) socket.Dispose();
            open.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        Cut();
        if (work is not null) await work;
        directory.Delete(recursive: true);
    }

    private async Task AcceptAsync(Socket from)
    {
        try
        {
            while (true)
            {
                var inner = await from.AcceptAsync(stopping.Token);
                var outer = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await outer.ConnectAsync(new UnixDomainSocketEndPoint("/var/run/docker.sock"), stopping.Token);
                lock (gate) open.AddRange([inner, outer]);
                _ = Task.WhenAll(CopyAsync(inner, outer), CopyAsync(outer, inner));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or OperationCanceledException)
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
