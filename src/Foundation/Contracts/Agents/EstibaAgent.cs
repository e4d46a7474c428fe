namespace Estiba.Contracts;

/// <summary>How Estiba's own agent makes itself known to the server, which it speaks to as Amazon's does.</summary>
public static class EstibaAgent
{
    /// <summary>The <c>agentHash</c> that it registers with; Amazon's agent sends the hash of its source.</summary>
    public const string Hash = "estiba";

    /// <summary>
    /// The attribute by which a container instance says that its agent has a proxy of Service Connect, as Amazon's
    /// agent calls it.
    /// </summary>
    public const string ServiceConnect = "ecs.capability.service-connect-v1";
}
