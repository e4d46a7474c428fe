using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Estiba.Contracts.ElbV2;
using Estiba.Hosting;
using Estiba.LoadBalancing.Traffic.Network;

namespace Estiba.LoadBalancing.HealthChecks;

/// <summary>
/// Asks over the network. As on AWS nobody looks at a target's certificate, no redirect is followed, and each check is
/// a connection of its own.
/// </summary>
internal sealed class HealthProbe : IHealthProbe, IDisposable
{
    private const string Agent = "ELB-HealthChecker/2.0";
    private const string GrpcStatus = "grpc-status";
    private const int LongestText = 200;

    /// <summary>An empty message: not packed, and no bytes long.</summary>
    private static readonly byte[] EmptyMessage = [0, 0, 0, 0, 0];

    private readonly HttpClient _http = NewClient(proxyProtocol: false);
    private readonly HttpClient _httpWithHeader = NewClient(proxyProtocol: true);

    public Task<ProbeOutcome> ProbeAsync(
        IPEndPoint target,
        HealthCheckSettings settings,
        bool proxyProtocol,
        CancellationToken cancellation
    ) =>
        settings.Protocol == ProtocolEnum.Tcp
            ? ConnectAsync(target, proxyProtocol, cancellation)
            : AskAsync(proxyProtocol ? _httpWithHeader : _http, target, settings, cancellation);

    public void Dispose()
    {
        _http.Dispose();
        _httpWithHeader.Dispose();
    }

    private static HttpClient NewClient(bool proxyProtocol)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            PooledConnectionLifetime = TimeSpan.Zero,
            SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
        };
        if (proxyProtocol)
            handler.ConnectCallback = ConnectWithHeaderAsync;
        // Whoever asks gives up by himself.
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    // "The header is also included in health check connections", without a client in it (Proxy protocol, user guide).
    private static async ValueTask<Stream> ConnectWithHeaderAsync(
        SocketsHttpConnectionContext context,
        CancellationToken cancellation
    )
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            await socket.SendAsync(ProxyProtocol.Local, SocketFlags.None, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<ProbeOutcome> ConnectAsync(
        IPEndPoint target,
        bool proxyProtocol,
        CancellationToken cancellation
    )
    {
        using var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(target, cancellation);
            if (proxyProtocol)
                await socket.SendAsync(ProxyProtocol.Local, SocketFlags.None, cancellation);
            return new ProbeOutcome(ProbeKind.Connected);
        }
        catch (SocketException)
        {
            return new ProbeOutcome(ProbeKind.Failed);
        }
    }

    private static async Task<ProbeOutcome> AskAsync(
        HttpClient http,
        IPEndPoint target,
        HealthCheckSettings settings,
        CancellationToken cancellation
    )
    {
        using var request = RequestFor(target, settings);
        try
        {
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (settings.GrpcCodes is not null)
                return await GrpcAsync(answer, cancellation);
            var outcome = new ProbeOutcome(ProbeKind.Answered, (int)answer.StatusCode);
            return outcome.IsSuccess(settings)
                ? outcome
                : outcome with
                {
                    Text = await BeginningAsync(answer, cancellation),
                };
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return new ProbeOutcome(ProbeKind.Failed);
        }
    }

    private static HttpRequestMessage RequestFor(IPEndPoint target, HealthCheckSettings settings)
    {
        var scheme = settings.Protocol == ProtocolEnum.Https ? "https" : "http";
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{scheme}://{target}{settings.Path}"));
        request.Headers.TryAddWithoutValidation("User-Agent", Agent);
        if (settings.GrpcCodes is null)
            return request;
        request.Method = HttpMethod.Post;
        request.Version = HttpVersion.Version20;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        request.Content = new ByteArrayContent(EmptyMessage);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        return request;
    }

    /// <summary>How the text of an answer begins, as far as it is there in time.</summary>
    private static async Task<string?> BeginningAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        if (answer.Content.Headers.ContentType?.MediaType is not { } type || !IsText(type))
            return null;
        var buffer = new byte[LongestText * 2];
        var length = 0;
        try
        {
            await using var body = await answer.Content.ReadAsStreamAsync(cancellation);
            while (await body.ReadAsync(buffer.AsMemory(length), cancellation) is > 0 and var read)
                length += read;
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException or OperationCanceledException)
        {
            // The code has been said, which is what counts.
        }
        return Excerpt.Of(Encoding.UTF8.GetString(buffer, 0, length), LongestText) is { Length: > 0 } text
            ? text
            : null;
    }

    private static bool IsText(string mediaType) =>
        mediaType.StartsWith("text/", StringComparison.OrdinalIgnoreCase)
        || mediaType.Contains("json", StringComparison.OrdinalIgnoreCase);

    // The status follows the answer, or stands in its head when there is nothing else to say.
    private static async Task<ProbeOutcome> GrpcAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        await answer.Content.CopyToAsync(Stream.Null, cancellation);
        var found =
            answer.TrailingHeaders.TryGetValues(GrpcStatus, out var values)
            || answer.Headers.TryGetValues(GrpcStatus, out values);
        return found && int.TryParse(values!.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var code)
            ? new ProbeOutcome(ProbeKind.Answered, code)
            : new ProbeOutcome(ProbeKind.Failed);
    }
}
