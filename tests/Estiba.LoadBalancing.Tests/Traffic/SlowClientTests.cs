using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Estiba.LoadBalancing.Tests.Traffic;

public sealed class SlowClientTests
{
    /// <summary>Fewer than a <see cref="StandInTarget"/> takes connections.</summary>
    private const int Clients = 900;

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nthe first of many")]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffff\r\nthe first of many")]
    public async Task Clients_that_send_half_a_request_and_no_more_hold_up_nobody(string half)
    {
        await using var world = new TrafficWorld();
        await using var target = await StandInTarget.StartAsync(async http =>
        {
            await http.Request.Body.CopyToAsync(Stream.Null, http.RequestAborted);
            await http.Response.WriteAsync("well", http.RequestAborted);
        });
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        (await world.Client.GetStringAsync(world.Url)).ShouldBe("well");

        var slow = new List<TcpClient>();
        try
        {
            for (var client = 0; client < Clients; client++)
            {
                var connection = new TcpClient();
                slow.Add(connection);
                await connection.ConnectAsync(world.Address, TrafficWorld.Port);
                await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(half));
            }

            for (var request = 0; request < 20; request++)
                (await world.Client.GetStringAsync(world.Url)).ShouldBe("well");
            using var another = world.NewClient();
            (await another.GetStringAsync(world.Url)).ShouldBe("well");
        }
        finally
        {
            slow.ForEach(client => client.Dispose());
        }
    }

    /// <summary>They are of a process of their own: both sides of so many are more than one may have open.</summary>
    [Fact]
    public async Task Ten_thousand_clients_that_send_half_a_head_hold_up_nobody()
    {
        const string Open = """
            ulimit -n "$(ulimit -Hn)"
            for ((number = 0; number < 10000; number++)); do
                exec {connection}<>"/dev/tcp/$1/$2" || exit 1
                printf 'GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ' >&"$connection"
            done
            echo open
            read -r
            """;
        await using var world = new TrafficWorld();
        await using var target = await StandInTarget.StartAsync(http => http.Response.WriteAsync("well"));
        await world.ApplyAsync(world.Forwarding(target.Configuration));
        var start = new ProcessStartInfo("bash") { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in new[] { "-c", Open, "bash", $"{world.Address}", $"{TrafficWorld.Port}" })
            start.ArgumentList.Add(argument);
        using var clients = Process.Start(start)!;
        try
        {
            (await clients.StandardOutput.ReadLineAsync()).ShouldBe("open");

            for (var request = 0; request < 20; request++)
                (await world.Client.GetStringAsync(world.Url)).ShouldBe("well");
            using var another = world.NewClient();
            (await another.GetStringAsync(world.Url)).ShouldBe("well");
        }
        finally
        {
            clients.StandardInput.Close();
            await clients.WaitForExitAsync();
        }
    }
}
