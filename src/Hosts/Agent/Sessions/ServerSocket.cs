using System.Buffers;
using System.Net.WebSockets;
using Estiba.Contracts;
using Estiba.Contracts.Signing;

namespace Estiba.Agent.Sessions;

/// <summary>
/// One web socket to the server: signed when it is opened, one message at a time in each direction, given up when it
/// falls silent.
/// </summary>
internal sealed class ServerSocket : IAsyncDisposable
{
    private const int LargestMessage = 64 * 1024 * 1024;
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    private readonly ClientWebSocket _socket = new();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly TimeProvider _time;

    private ServerSocket(Uri address, TimeProvider time) => (Address, _time) = (address, time);

    /// <summary>The address that it was opened at; telemetry is signed for it too.</summary>
    public Uri Address { get; }

    /// <summary>Opens a socket at <c>{endpoint}/ws?{query}</c>.</summary>
    /// <exception cref="WebSocketException">Nobody answers, or the server refuses.</exception>
    /// <exception cref="NotRegisteredException">The server refuses because it does not know the container instance, or
    /// has deregistered it.</exception>
    public static async Task<ServerSocket> ConnectAsync(
        string endpoint,
        IReadOnlyDictionary<string, string> query,
        AgentOptions options,
        RequestSigner signer,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        var address = AddressOf(endpoint, query);
        var result = new ServerSocket(address, time);
        try
        {
            result._socket.Options.Proxy = null;
            result._socket.Options.CollectHttpResponseDetails = true;
            foreach (
                var (name, value) in signer.Sign(
                    "GET",
                    address,
                    new Dictionary<string, string>(StringComparer.Ordinal),
                    [],
                    options.Credentials(),
                    options.Region,
                    "ecs"
                )
            )
                result._socket.Options.SetRequestHeader(name, value);
            await result._socket.ConnectAsync(address, options.WebSockets, cancellation);
            return result;
        }
        catch (Exception exception)
        {
            var reason = ReasonOf(result._socket);
            await result.DisposeAsync();
            if (reason is NotRegisteredException.Unknown or NotRegisteredException.Deregistered)
                throw new NotRegisteredException(reason, exception);
            throw;
        }
    }

    private static string? ReasonOf(ClientWebSocket socket) =>
        socket.HttpResponseHeaders is { } headers && headers.TryGetValue("x-amzn-ErrorType", out var values)
            ? values.FirstOrDefault()
            : null;

    /// <summary>The next message; null when the server has closed the connection.</summary>
    /// <param name="silence">How long to wait for one.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="TimeoutException">Nothing came for that long.</exception>
    /// <exception cref="WebSocketException">The connection broke.</exception>
    public async Task<ReadOnlyMemory<byte>?> ReceiveAsync(TimeSpan silence, CancellationToken cancellation)
    {
        using var timer = new CancellationTokenSource(silence, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellation);
        var message = new ArrayBufferWriter<byte>(4096);
        try
        {
            while (true)
            {
                var part = await _socket.ReceiveAsync(message.GetMemory(4096), either.Token);
                if (part.MessageType == WebSocketMessageType.Close)
                    return null;
                message.Advance(part.Count);
                if (message.WrittenCount > LargestMessage)
                    throw new WebSocketException($"The server sent a message of more than {LargestMessage} bytes.");
                if (part.EndOfMessage)
                    return message.WrittenMemory;
            }
        }
        catch (OperationCanceledException exception)
            when (timer.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"The server has been silent for {silence.TotalSeconds:0} seconds.", exception);
        }
    }

    public Task SendAsync<T>(T message, CancellationToken cancellation)
        where T : IShape<T> => SendAsync(AgentFrame.Encode(message), cancellation);

    public async Task SendAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellation)
    {
        await _sending.WaitAsync(cancellation);
        try
        {
            await _socket.SendAsync(frame, WebSocketMessageType.Text, endOfMessage: true, cancellation);
        }
        finally
        {
            _sending.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
        {
            using var limit = new CancellationTokenSource(CloseTimeout);
            try
            {
                await _socket.CloseOutputAsync(
                    WebSocketCloseStatus.NormalClosure,
                    statusDescription: null,
                    limit.Token
                );
            }
            catch (Exception exception)
                when (exception is WebSocketException or OperationCanceledException or ObjectDisposedException)
            {
                // It is gone already.
            }
        }

        _socket.Dispose();
        _sending.Dispose();
    }

    private static Uri AddressOf(string endpoint, IReadOnlyDictionary<string, string> query)
    {
        var address = new UriBuilder(endpoint);
        address.Scheme = address.Scheme switch
        {
            "http" => "ws",
            "https" => "wss",
            var other => other,
        };
        address.Path = address.Path.TrimEnd('/') + "/ws";
        address.Query = string.Join(
            '&',
            query
                .OrderBy(pair => pair.Key, StringComparer.Ordinal)
                .Select(pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value)}")
        );
        return address.Uri;
    }
}
