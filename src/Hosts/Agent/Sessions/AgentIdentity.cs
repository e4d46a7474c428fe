using System.Text.Json;
using Estiba.Agent.Tasks;
using Estiba.Files;

namespace Estiba.Agent.Sessions;

/// <summary>Who the agent is to the server, kept so that after a restart it is the same container instance.</summary>
internal sealed record AgentIdentity
{
    public required string Cluster { get; init; }

    public required string ContainerInstanceArn { get; init; }

    /// <summary>The number of the last payload, sent along when a session begins.</summary>
    public long SequenceNumber { get; init; }
}

/// <summary>Where the identity is kept: a file in the data directory, or nowhere.</summary>
internal sealed class IdentityFile(string? dataDirectory)
{
    private readonly string? _path = dataDirectory is null ? null : Path.Combine(dataDirectory, "agent.json");

    public AgentIdentity? Read(string cluster)
    {
        if (_path is null || !File.Exists(_path))
            return null;
        try
        {
            // An agent that is moved to another cluster is a new container instance there.
            return
                JsonSerializer.Deserialize(File.ReadAllBytes(_path), JournalJson.Default.AgentIdentity) is { } identity
                && identity.Cluster == cluster
                ? identity
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <exception cref="IOException">It cannot be written.</exception>
    public void Write(AgentIdentity identity)
    {
        if (_path is not null)
            DurableFile.Write(_path, durably: true, stream =>
                JsonSerializer.Serialize(stream, identity, JournalJson.Default.AgentIdentity)
            );
    }

    public void Delete()
    {
        if (_path is not null)
            File.Delete(_path);
    }
}
