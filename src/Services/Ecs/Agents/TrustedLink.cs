namespace Estiba.Ecs.Agents;

/// <summary>A link that ends with the key behind it: whoever had the key hears of nothing more.</summary>
/// <param name="link">The link.</param>
/// <param name="isTrusted">Whether the key is still good.</param>
internal sealed class TrustedLink(IAgentLink link, Func<bool> isTrusted) : IAgentLink
{
    /// <inheritdoc/>
    public Task<bool> SendAsync(byte[] frame, CancellationToken cancellation)
    {
        if (isTrusted())
            return link.SendAsync(frame, cancellation);
        link.Close();
        return Task.FromResult(false);
    }

    /// <inheritdoc/>
    public void Close() => link.Close();
}
