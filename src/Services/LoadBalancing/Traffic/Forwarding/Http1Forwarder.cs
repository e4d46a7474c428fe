using System.Net.Sockets;
using System.Text;
using Estiba.LoadBalancing.Traffic.Targets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Forwarder;

namespace Estiba.LoadBalancing.Traffic.Forwarding;

/// <summary>
/// Forwards what most requests are: those that targets are asked in plain HTTP/1.1, and whose connection remains one of
/// HTTP. YARP's forwarder, which carries the others, takes more of the processor's time (docs/performance.md).
/// </summary>
internal static class Http1Forwarder
{
    /// <summary>Whether a request is one of those.</summary>
    /// <param name="http">The request.</param>
    /// <param name="url">Path and query, as the target is asked.</param>
    /// <param name="group">Where it goes.</param>
    public static bool Carries(HttpContext http, string url, TargetGroupConfiguration group) =>
        group is { ProtocolVersion: TargetProtocolVersion.Http1, Secure: false }
        && !HttpMethods.IsConnect(http.Request.Method)
        && http.Features.Get<IHttpUpgradeFeature>()?.IsUpgradableRequest != true
        && !http.Request.Headers.ContainsKey(HeaderNames.Expect)
        && Ascii.IsValid(url);

    /// <summary>Sends a request to a target, and its answer to the client.</summary>
    /// <param name="http">The request.</param>
    /// <param name="request">What becomes of it.</param>
    /// <param name="connections">The connections to the target.</param>
    public static async Task<ForwardingResult> SendAsync(
        HttpContext http,
        ForwardedRequest request,
        TargetConnections connections
    )
    {
        var body = RequestHead.BodyOf(http);
        using var head = RequestHead.Write(http, request, body);
        while (true)
        {
            var connection = connections.Take();
            try
            {
                connection ??= await connections.OpenAsync(request.ConnectLimit, http.RequestAborted);
            }
            catch (Exception failure) when (failure is SocketException or TimeoutException)
            {
                return new ForwardingResult(
                    ForwarderError.Request,
                    new HttpRequestException(HttpRequestError.ConnectionError, failure.Message, failure)
                );
            }
            catch (OperationCanceledException failure)
            {
                return new ForwardingResult(ForwarderError.RequestCanceled, failure);
            }

            var exchange = new Http1Exchange(http, request, connection);
            var result = await exchange.RunAsync(head.Written, body);
            if (exchange.LeavesConnectionUsable)
                connections.Return(connection);
            if (!exchange.MetClosedConnection)
                return result;
        }
    }
}
