namespace Estiba.Agent.Sessions;

/// <summary>The agent's container instance is no member of its cluster any more.</summary>
internal sealed class NotRegisteredException(string reason, Exception inner)
    : Exception($"The server refuses the container instance: {reason}", inner)
{
    /// <summary>The server does not know the instance.</summary>
    internal const string Unknown = "InvalidInstanceException";

    /// <summary>Somebody has deregistered the instance.</summary>
    internal const string Deregistered = "InactiveInstanceException";

    /// <summary>Whether somebody wanted it so: the agent is not to come back by itself.</summary>
    internal bool IsFinal => reason == Deregistered;
}
