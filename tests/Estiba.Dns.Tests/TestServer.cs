using System.Net;
using System.Net.Sockets;
using Estiba.Dns.Names;
using Estiba.Files.Tests;
using Makaretu.Dns;
using Microsoft.Extensions.Logging.Abstractions;

namespace Estiba.Dns.Tests;

/// <summary>The server on a loopback address, with a clock that stands still.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly DnsServer _server;

    public TestServer(DnsServerOptions? options = null, params IReadOnlyList<IPEndPoint> upstream)
    {
        var sources = new NameSources();
        sources.Add(Names);
        _server = DnsServer.Start(
            new IPEndPoint(Loopback.Any(), 0),
            sources,
            () => upstream,
            options ?? new DnsServerOptions(),
            Time,
            new Random(1),
            NullLogger.Instance
        );
    }

    public SettableTime Time { get; } = new();

    public StandInNames Names { get; } = new();

    public IPEndPoint EndPoint => _server.EndPoint;

    public static Message Question(string name, DnsType type = DnsType.A, int? size = null, ushort id = 7)
    {
        var query = new Message
        {
            Id = id,
            RD = true,
            Questions =
            {
                new Question { Name = name, Type = type },
            },
        };
        if (size is { } bytes)
            query.AdditionalRecords.Add(new OPTRecord { RequestorPayloadSize = (ushort)bytes });
        return query;
    }

    /// <summary>Asks in a datagram.</summary>
    public async Task<Message> AskAsync(string name, DnsType type = DnsType.A, int? size = null)
    {
        using var client = Client();
        await client.SendAsync(Question(name, type, size).ToByteArray());
        return Read(await ReceiveAsync(client));
    }

    public UdpClient Client()
    {
        var client = new UdpClient(AddressFamily.InterNetwork);
        client.Connect(EndPoint);
        return client;
    }

    public static async Task<byte[]> ReceiveAsync(UdpClient client) =>
        (await client.ReceiveAsync().WaitAsync(TimeSpan.FromSeconds(60))).Buffer;

    public async Task<NetworkStream> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(EndPoint);
        return new NetworkStream(socket, ownsSocket: true);
    }

    public static Message Read(byte[] packet)
    {
        var message = new Message();
        message.Read(packet);
        return message;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
