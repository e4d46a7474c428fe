using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Estiba.Messaging.Notifications;
using Estiba.Messaging.Subscriptions;

namespace Estiba.Messaging.Delivery;

/// <summary>
/// Posts notifications to subscribers' URLs. It follows no redirect, reads nothing of an answer but its status, waits
/// for no subscriber for long, and connects to no address that is forbidden, whatever a name resolves to.
/// </summary>
/// <param name="time">The clock of timeouts.</param>
internal sealed class EndpointSender(TimeProvider time) : IDisposable
{
    /// <summary>How long a subscriber may take ("Make sure your endpoint is ready", developer guide).</summary>
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(15);

    private readonly HttpClient _client = new(
        new SocketsHttpHandler
        {
            ActivityHeadersPropagator = null,
            AllowAutoRedirect = false,
            ConnectCallback = ConnectAsync,
            MaxConnectionsPerServer = 32,
            MaxResponseHeadersLength = 16,
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            UseCookies = false,
            UseProxy = false,
        }
    )
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Posts a notification.</summary>
    /// <returns>What became of it.</returns>
    internal async Task<SendOutcome> SendAsync(
        SubscriptionRecord subscription,
        NotificationRecord notification,
        string body,
        string? contentType,
        CancellationToken cancellation
    )
    {
        using var timeout = new CancellationTokenSource(LongestAnswer, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            using var request = Request(subscription, notification, body, contentType);
            using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return (int)answer.StatusCode switch
            {
                >= 200 and < 300 => SendOutcome.Done,
                429 or >= 500 => SendOutcome.Later($"It answered with the status {(int)answer.StatusCode}."),
                var status => SendOutcome.Never($"It answered with the status {status}."),
            };
        }
        catch (HttpRequestException failed) when (failed.GetBaseException() is ForbiddenAddressException forbidden)
        {
            return SendOutcome.Never(forbidden.Message);
        }
        catch (HttpRequestException failed)
        {
            return SendOutcome.Later(failed.Message);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return SendOutcome.Later($"It did not answer within {LongestAnswer.TotalSeconds} seconds.");
        }
    }

    public void Dispose() => _client.Dispose();

    private static HttpRequestMessage Request(
        SubscriptionRecord subscription,
        NotificationRecord notification,
        string body,
        string? contentType
    )
    {
        var url = new Uri(subscription.Endpoint);
        var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)),
        };
        request.Content.Headers.TryAddWithoutValidation(
            "Content-Type",
            contentType ?? DeliveryRetries.DefaultContentType
        );
        request.Headers.UserAgent.ParseAdd("Amazon Simple Notification Service Agent");
        request.Headers.Add("x-amz-sns-message-type", notification.Type);
        request.Headers.Add("x-amz-sns-message-id", notification.MessageId);
        request.Headers.Add("x-amz-sns-topic-arn", notification.TopicArn);
        if (notification.Type == NotificationType.Notification)
        {
            request.Headers.Add("x-amz-sns-subscription-arn", subscription.Arn);
            if (subscription.IsRaw)
                request.Headers.Add("x-amz-sns-rawdelivery", "true");
        }

        if (url.UserInfo.Length > 0)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue(
                "Basic",
                Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(url.UserInfo)))
            );
        }

        return request;
    }

    private static async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context,
        CancellationToken cancellation
    )
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var all = await Dns.GetHostAddressesAsync(host, cancellation);
        var allowed = Array.FindAll(all, address => !EndpointAddresses.IsForbidden(address));
        if (allowed.Length == 0)
            throw new ForbiddenAddressException($"{host} has no address that notifications may be sent to.");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class ForbiddenAddressException(string message) : IOException(message);
}

/// <summary>What became of a try.</summary>
/// <param name="IsDone">It is delivered.</param>
/// <param name="MayWorkLater">It is worth another try.</param>
/// <param name="Reason">Why it is not delivered.</param>
internal readonly record struct SendOutcome(bool IsDone, bool MayWorkLater, string Reason)
{
    internal static SendOutcome Done { get; } = new(true, false, "");

    internal static SendOutcome Later(string reason) => new(false, true, reason);

    internal static SendOutcome Never(string reason) => new(false, false, reason);
}
