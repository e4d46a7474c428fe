namespace Estiba.Ecs.Agents;

/// <summary>The way to an agent: what carries frames to it for as long as it lasts.</summary>
internal interface IAgentLink
{
    /// <summary>
    /// Hands over a frame, waiting while the link is full; false when it has ended. That it arrives, nobody promises.
    /// </summary>
    Task<bool> SendAsync(byte[] frame, CancellationToken cancellation);

    /// <summary>Ends the link, for both sides.</summary>
    void Close();
}
