using Estiba.Engines;

namespace Estiba.Agent.Hosts;

/// <summary>The host does not allow what a container asks for; a path in the message is the customer's own.</summary>
internal sealed class HostRefusalException(string message) : EngineException(message);
