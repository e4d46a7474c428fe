using System.Net;
using System.Text;

namespace Estiba.Joining;

/// <summary>
/// Hears in the answers to AWS operations that the server does not know the host's key, and lets the host join again.
/// The caller tries again anyway.
/// </summary>
internal sealed class RefusedKeyHandler(HostMembership membership, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const string UnknownKey = "\"UnrecognizedClientException\"";

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        var key = membership.Credentials.AccessKeyId;
        var response = await base.SendAsync(request, cancellationToken);
        if (response.StatusCode != HttpStatusCode.BadRequest)
            return response;

        await response.Content.LoadIntoBufferAsync(cancellationToken);
        if (
            Encoding
                .UTF8.GetString(await response.Content.ReadAsByteArrayAsync(cancellationToken))
                .Contains(UnknownKey, StringComparison.Ordinal)
        )
            await membership.RejoinAsync(key, cancellationToken);
        return response;
    }
}
