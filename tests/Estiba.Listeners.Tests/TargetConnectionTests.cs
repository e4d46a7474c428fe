using System.Net;
using System.Net.Sockets;

namespace Estiba.Listeners.Tests;

public sealed class TargetConnectionTests
{
    /// <summary>TCP_USER_TIMEOUT, RFC 5482.</summary>
    private const int UserTimeout = 18;

    [Fact]
    public async Task Requests_must_be_acknowledged_soon_and_what_is_longer_waits_for_a_slow_reader()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var ended = 0;
        await using (
            var connection = await TargetConnection.OpenAsync(
                listener.LocalEndpoint,
                TimeSpan.FromMinutes(1),
                _ => ended++,
                TestContext.Current.CancellationToken
            )
        )
        {
            using var target = await listener.AcceptSocketAsync();
            for (var request = 0; request < 3; request++)
            {
                await connection.WriteAsync(new byte[30_000]);
                LimitOf(connection.Socket).ShouldBe(5000);
                await target.SendAsync(new byte[1]);
                await connection.ReadExactlyAsync(new byte[1]);
            }

            await connection.WriteAsync(new byte[30_000]);
            await connection.WriteAsync(new byte[3_000]);
            LimitOf(connection.Socket).ShouldBe(0);
        }

        ended.ShouldBe(1);

        static int LimitOf(Socket socket)
        {
            Span<byte> value = stackalloc byte[sizeof(int)];
            socket.GetRawSocketOption((int)SocketOptionLevel.Tcp, UserTimeout, value);
            return BitConverter.ToInt32(value);
        }
    }

    [Fact]
    public async Task An_attempt_that_takes_too_long_says_so()
    {
        using var silent = new SilentServer();
        var failure = await Should.ThrowAsync<TimeoutException>(() =>
            TargetConnection
                .OpenAsync(silent.EndPoint, TimeSpan.FromSeconds(1), null, TestContext.Current.CancellationToken)
                .AsTask()
        );
        failure.Message.ShouldBe($"{silent.EndPoint} did not accept a connection within 1 s.");
    }
}
