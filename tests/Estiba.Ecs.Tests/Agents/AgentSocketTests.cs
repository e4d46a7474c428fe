using System.Net.WebSockets;
using Estiba.Ecs.Agents;

namespace Estiba.Ecs.Tests.Agents;

public sealed class AgentSocketTests
{
    [Fact]
    public void One_that_has_ended_can_be_closed_by_whoever_found_it_before()
    {
        using var webSocket = WebSocket.CreateFromStream(Stream.Null, new WebSocketCreationOptions { IsServer = true });
        var socket = new AgentSocket(webSocket);
        socket.Dispose();

        socket.Close();
    }
}
