using System.Net;
using System.Net.Sockets;
using System.Text;
using Estiba.Listeners.Connections;
using Estiba.Listeners.EventLoops;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Estiba.Listeners.Tests.EventLoops;

public sealed class PolledListenerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task What_one_connection_throws_ends_that_alone()
    {
        await using var world = await World.StartAsync();
        using var first = await world.ConnectAsync();
        using var second = await world.ConnectAsync();
        (await AskAsync(first, "one")).ShouldBe("one");
        (await AskAsync(second, "two")).ShouldBe("two");

        (await AskAsync(first, "throw")).ShouldBe("");

        (await AskAsync(second, "three")).ShouldBe("three");
        using var third = await world.ConnectAsync();
        (await AskAsync(third, "four")).ShouldBe("four");
        await UntilAsync(() => world.Counters.Active == 2);
        (world.Counters.Opened, world.Counters.Rejected).ShouldBe((3, 0));
    }

    [Fact]
    public async Task Kestrel_gets_what_was_received_of_a_connection_that_is_given_to_it()
    {
        await using var world = await World.StartAsync();
        using var client = await world.ConnectAsync();
        (await AskAsync(client, "one")).ShouldBe("one");

        var stream = client.GetStream();
        await stream.WriteAsync("GET /a HT"u8.ToArray());
        await Task.Delay(10);
        await stream.WriteAsync(
            "TP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"u8.ToArray()
        );

        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync().WaitAsync(Patience);
        answer.ShouldContain("kestrel /a");
        answer.ShouldContain("kestrel /b");
        await UntilAsync(() => world.Counters.Active == 0);
        world.Counters.Opened.ShouldBe(1);
    }

    [Fact]
    public async Task One_that_waits_makes_room_for_another()
    {
        await using var world = await World.StartAsync(new ConnectionLimits(2, 2, 2, 2));
        using var first = await world.ConnectAsync();
        (await AskAsync(first, "one")).ShouldBe("one");
        using var second = await world.ConnectAsync();
        (await AskAsync(second, "two")).ShouldBe("two");
        using var third = await world.ConnectAsync();

        (await AskAsync(third, "three")).ShouldBe("three");

        (await first.GetStream().ReadAsync(new byte[1]).AsTask().WaitAsync(Patience)).ShouldBe(0);
        (await AskAsync(second, "two")).ShouldBe("two");
    }

    [Fact]
    public async Task An_address_that_is_taken_is_told()
    {
        await using var world = await World.StartAsync();
        await Should.ThrowAsync<AddressTakenException>(() => World.StartAsync(endPoint: world.EndPoint));
    }

    [Fact]
    public async Task Without_its_listener_no_connection_waits()
    {
        var world = await World.StartAsync();
        using var client = await world.ConnectAsync();
        (await AskAsync(client, "one")).ShouldBe("one");

        await world.DisposeAsync();

        (await client.GetStream().ReadAsync(new byte[1]).AsTask().WaitAsync(Patience)).ShouldBe(0);
        world.Counters.Active.ShouldBe(0);
    }

    private static async Task<string> AskAsync(TcpClient client, string text)
    {
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(text));
        var buffer = new byte[100];
        var count = await stream.ReadAsync(buffer).AsTask().WaitAsync(Patience);
        return Encoding.ASCII.GetString(buffer, 0, count);
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!isSo())
            await Task.Delay(10, limit.Token);
    }

    /// <summary>A listener that says what it hears, and leaves HTTP to Kestrel.</summary>
    private sealed class World : IAsyncDisposable
    {
        private readonly EventLoopGroup _group = new(NullLoggerFactory.Instance);
        private readonly PolledListener _polled;
        private readonly Listener _listener;

        private World(ConnectionLimits limits, IPEndPoint endPoint)
        {
            var keeper = new ConnectionKeeper(limits, TimeProvider.System, NullLogger<ConnectionKeeper>.Instance);
            _polled = new PolledListener(
                _group,
                (loop, listener, remote) => new EchoClient(loop, listener, remote),
                keeper,
                Counters,
                NullLoggerFactory.Instance
            );
            _listener = new Listener(
                new ListenerOptions
                {
                    EndPoints = [endPoint],
                    Counters = Counters,
                    Transport = _polled,
                },
                http => http.Response.WriteAsync($"kestrel {http.Request.Path}"),
                keeper,
                NullLoggerFactory.Instance
            );
        }

        public ConnectionCounters Counters { get; } = new();

        public IPEndPoint EndPoint => _listener.EndPoints[0];

        public static async Task<World> StartAsync(ConnectionLimits? limits = null, IPEndPoint? endPoint = null)
        {
            var world = new World(
                limits ?? new ConnectionLimits(100, 100, 100, 100),
                endPoint ?? new IPEndPoint(IPAddress.Loopback, 0)
            );
            try
            {
                await world._listener.StartAsync();
                return world;
            }
            catch
            {
                await world.DisposeAsync();
                throw;
            }
        }

        public async Task<TcpClient> ConnectAsync()
        {
            var client = new TcpClient();
            await client.ConnectAsync(EndPoint);
            return client;
        }

        public async ValueTask DisposeAsync()
        {
            var drained = _polled.DrainAsync(Patience);
            await _listener.DisposeAsync();
            await drained;
            _group.Dispose();
        }
    }

    private sealed class EchoClient(EventLoop loop, PolledListener listener, IPEndPoint remote)
        : PolledClient(loop, listener, remote)
    {
        protected internal override void OnReady()
        {
            Span<byte> buffer = stackalloc byte[100];
            while (IsReadable)
            {
                var count = Receive(buffer);
                if (count is 0 or Broken)
                    Close();
                if (count <= 0)
                    return;
                var heard = buffer[..count];
                if (heard.SequenceEqual("throw"u8))
                    throw new InvalidOperationException("It was asked to.");
                if (heard.StartsWith("GET"u8))
                {
                    HandOver(heard, static _ => { });
                    return;
                }
                Send(heard);
            }
        }

        protected internal override void OnUnbound() => Close();

        protected override void GiveUp() => Close();
    }
}
