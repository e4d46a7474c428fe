using System.Collections.Concurrent;

namespace Estiba.Agent.Metadata;

/// <summary>
/// Where containers ask who they are and for the credentials of their task's role. One for all agents of a process: the
/// address is the same for every container of a host, and the id in a question says whose it is.
/// </summary>
/// <remarks>
/// "Amazon ECS task metadata endpoint version 4", "version 3"; "Task IAM role". It only answers;
/// <see cref="TaskMetadataServer"/> listens.
/// </remarks>
public sealed class TaskMetadataEndpoint
{
    /// <summary>Its address, as the SDKs know it.</summary>
    internal const string Address = "http://169.254.170.2";

    private readonly ConcurrentDictionary<AgentMetadata, bool> _agents = new();

    /// <summary>Answers for the containers of one more agent.</summary>
    internal void Add(AgentMetadata agent) => _agents[agent] = true;

    /// <summary>The agent has ended.</summary>
    internal void Remove(AgentMetadata agent) => _agents.TryRemove(agent, out _);

    /// <summary>Answers a question.</summary>
    /// <param name="path">The path of the request.</param>
    /// <param name="cancellation">Whoever asked has gone.</param>
    internal async Task<MetadataAnswer> AnswerAsync(string path, CancellationToken cancellation)
    {
        if (MetadataRequest.Parse(path) is not { } request)
            return MetadataAnswer.NoSuchPath;
        if (request.Subject == MetadataSubject.Credentials)
            return Credentials(request.Id);

        foreach (var (agent, _) in _agents)
            if (agent.FindContainer(request.Id) is { } container)
                return await agent.AnswerAsync(request, container, cancellation);
        return MetadataAnswer.NoContainer(request);
    }

    private MetadataAnswer Credentials(string id)
    {
        foreach (var (agent, _) in _agents)
            if (agent.FindCredentials(id) is { } credentials)
                return MetadataAnswer.Of(credentials);
        return MetadataAnswer.NoCredentials(id, expected: _agents.Keys.Any(agent => agent.Expects(id)));
    }
}
