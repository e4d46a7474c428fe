using System.Net.WebSockets;
using System.Threading.Channels;

namespace Estiba.Ecs.Agents;

/// <summary>A web socket to an agent: text frames in both directions. Lives as long as the connection.</summary>
/// <param name="socket">The open socket.</param>
internal sealed class AgentSocket(WebSocket socket) : IAgentLink, IDisposable
{
    private const int MostFramesWaiting = 256;
    private const int LargestFrame = 4 * 1024 * 1024;

    private readonly Channel<byte[]> _outgoing = Channel.CreateBounded<byte[]>(
        new BoundedChannelOptions(MostFramesWaiting) { SingleReader = true }
    );
    private readonly CancellationTokenSource _closed = new();

    /// <summary>Sends and receives until either side closes or the platform stops.</summary>
    /// <param name="onFrame">Called for each frame, one after another.</param>
    /// <param name="cancellation">The platform stops.</param>
    internal async Task RunAsync(
        Func<ReadOnlyMemory<byte>, CancellationToken, Task> onFrame,
        CancellationToken cancellation
    )
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _closed.Token);
        var sending = SendAllAsync(linked.Token);
        try
        {
            await ReceiveAllAsync(onFrame, linked.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or WebSocketException)
        {
            // The agent is gone or the platform stops; the agent will come back on its own.
        }
        finally
        {
            await _closed.CancelAsync();
            _outgoing.Writer.TryComplete();
            await sending;
            socket.Abort();
        }
    }

    /// <inheritdoc/>
    public async Task<bool> SendAsync(byte[] frame, CancellationToken cancellation)
    {
        try
        {
            await _outgoing.Writer.WriteAsync(frame, cancellation);
            return true;
        }
        catch (ChannelClosedException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Close()
    {
        try
        {
            _closed.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The conversation has ended by itself since whoever closes it found it.
        }
    }

    public void Dispose() => _closed.Dispose();

    private async Task SendAllAsync(CancellationToken cancellation)
    {
        try
        {
            await foreach (var frame in _outgoing.Reader.ReadAllAsync(cancellation))
                await socket.SendAsync(frame, WebSocketMessageType.Text, endOfMessage: true, cancellation);
        }
        catch (Exception exception) when (exception is OperationCanceledException or WebSocketException)
        {
            await _closed.CancelAsync();
        }
    }

    private async Task ReceiveAllAsync(
        Func<ReadOnlyMemory<byte>, CancellationToken, Task> onFrame,
        CancellationToken cancellation
    )
    {
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var length = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                if (length == buffer.Length)
                {
                    if (length >= LargestFrame)
                        return;
                    Array.Resize(ref buffer, buffer.Length * 2);
                }

                part = await socket.ReceiveAsync(buffer.AsMemory(length), cancellation);
                if (part.MessageType == WebSocketMessageType.Close)
                    return;
                length += part.Count;
            } while (!part.EndOfMessage);

            await onFrame(buffer.AsMemory(0, length), cancellation);
        }
    }
}
