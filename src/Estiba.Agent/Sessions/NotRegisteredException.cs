namespace Estiba.Agent.Sessions;

/// <summary>The server does not know the agent's container instance any more: the agent has to register anew.</summary>
internal sealed class NotRegisteredException(string reason, Exception inner) : Exception($"The server refuses the container instance: {reason}", inner);
