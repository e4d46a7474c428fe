using Estiba.Contracts.Ecs;

namespace Estiba.Ecs.ServiceConnect;

/// <summary>A service's configuration of Service Connect, with what its names stand for.</summary>
public sealed record ServiceConnectSettings
{
    /// <summary>As it was given, with the namespace that counts.</summary>
    public required ServiceConnectConfiguration Configuration { get; init; }

    /// <summary>The namespace, by its ARN; null where Service Connect is turned off.</summary>
    public string? Namespace { get; init; }

    /// <summary>The namespace's name.</summary>
    public string NamespaceName { get; init; } = "";

    /// <summary>What its tasks answer to; none of a service that only connects to others.</summary>
    public IReadOnlyList<ServiceConnectEndpoint> Endpoints { get; init; } = [];

    /// <summary>What its tasks are in their namespace; null where Service Connect is turned off.</summary>
    internal TaskConnection? Connection => Namespace is null ? null : new TaskConnection(Namespace, Endpoints);
}

/// <summary>What a task is in a namespace of Service Connect.</summary>
/// <param name="Namespace">The namespace, by its ARN.</param>
/// <param name="Endpoints">What it answers to; none for a task that only connects to others.</param>
public sealed record TaskConnection(string Namespace, IReadOnlyList<ServiceConnectEndpoint> Endpoints);
