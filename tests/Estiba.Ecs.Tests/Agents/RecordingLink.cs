using Estiba.Contracts;
using Estiba.Ecs.Agents;

namespace Estiba.Ecs.Tests.Agents;

/// <summary>The way to an agent that is the test: keeps what was sent.</summary>
internal sealed class RecordingLink : IAgentLink
{
    private readonly List<byte[]> _frames = [];

    internal bool IsClosed { get; private set; }

    internal IEnumerable<string> Types => _frames.Select(frame => AgentFrame.Decode(frame).Type);

    public Task<bool> SendAsync(byte[] frame, CancellationToken cancellation)
    {
        _frames.Add(frame);
        return Task.FromResult(true);
    }

    public void Close() => IsClosed = true;

    /// <summary>The last message of a type.</summary>
    internal T Last<T>()
        where T : IShape<T> =>
        ShapeJson.Parse<T>(
            _frames.Select(frame => AgentFrame.Decode(frame)).Last(frame => frame.Type == typeof(T).Name).Message
        );
}
