using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Estiba.Gateway.Tests;

/// <summary>A client that sends what no proper client would.</summary>
internal sealed class RawClient : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
    {
        NoDelay = true,
    };

    public static async Task<RawClient> ConnectAsync(GatewayWorld world)
    {
        var client = new RawClient();
        await client._socket.ConnectAsync(world.EndPoints[0], TestContext.Current.CancellationToken);
        return client;
    }

    public async Task SendAsync(string text) =>
        await _socket.SendAsync(Encoding.Latin1.GetBytes(text), TestContext.Current.CancellationToken);

    /// <summary>The answer, in however many parts it comes; empty when the connection was closed.</summary>
    public async Task<string> ReceiveAsync()
    {
        var buffer = new byte[16_384];
        var answer = "";
        try
        {
            while (!IsWhole(answer))
            {
                var received = await _socket
                    .ReceiveAsync(buffer, TestContext.Current.CancellationToken)
                    .AsTask()
                    .WaitAsync(TimeSpan.FromSeconds(120));
                if (received == 0)
                    break;
                answer += Encoding.Latin1.GetString(buffer, 0, received);
            }
        }
        catch (SocketException)
        {
            // It has ended; what came before that is the answer.
        }

        return answer;
    }

    private static bool IsWhole(string answer)
    {
        var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
            return false;
        const string Name = "Content-Length: ";
        var head = answer[..end];
        var body = answer[(end + 4)..];
        return head.Split("\r\n").FirstOrDefault(line => line.StartsWith(Name, StringComparison.Ordinal)) is { } line
            ? body.Length >= int.Parse(line.AsSpan(Name.Length), CultureInfo.InvariantCulture)
            : !head.Contains("Transfer-Encoding: chunked", StringComparison.Ordinal)
                || body.EndsWith("0\r\n\r\n", StringComparison.Ordinal);
    }

    /// <summary>Whether the server has closed the connection by now.</summary>
    public bool IsClosed
    {
        get
        {
            try
            {
                return _socket.Poll(0, SelectMode.SelectRead) && _socket.Receive(new byte[1], SocketFlags.Peek) == 0;
            }
            catch (SocketException)
            {
                return true;
            }
        }
    }

    /// <summary>Leaves without a word, as a process that is killed.</summary>
    public void Reset()
    {
        _socket.LingerState = new LingerOption(enable: true, seconds: 0);
        _socket.Close();
    }

    public void Dispose() => _socket.Dispose();
}
