using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Yarp.ReverseProxy.Forwarder;

namespace Estiba.Consoles;

/// <summary>Carries requests and web sockets to the console's program, over its Unix socket.</summary>
internal sealed class ConsoleConnection : IAsyncDisposable
{
    /// <summary>The largest body of a request: forms and definitions.</summary>
    private const long MostBytes = 8 * 1024 * 1024;

    private const string Prefix = "unix:";

    // Kept for the header Host, which the browser's takes the place of.
    private const string Destination = "http://console";

    private static readonly ForwarderRequestConfig Settings = new()
    {
        ActivityTimeout = TimeSpan.FromMinutes(2),
        Version = HttpVersion.Version11,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    private readonly ServiceProvider _services;
    private readonly IHttpForwarder _forwarder;
    private readonly HttpMessageInvoker _invoker;

    private ConsoleConnection(UnixDomainSocketEndPoint endPoint)
    {
        // The forwarder would write a line or two for every request.
        _services = new ServiceCollection()
            .AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance)
            .AddSingleton(typeof(ILogger<>), typeof(Logger<>))
            .AddHttpForwarder()
            .BuildServiceProvider();
        _forwarder = _services.GetRequiredService<IHttpForwarder>();
        _invoker = new HttpMessageInvoker(
            new SocketsHttpHandler
            {
                UseProxy = false,
                UseCookies = false,
                AllowAutoRedirect = false,
                AutomaticDecompression = DecompressionMethods.None,
                ActivityHeadersPropagator = null,
                ConnectCallback = (_, cancellation) => ConnectAsync(endPoint, cancellation),
                RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
                ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            }
        );
    }

    /// <summary>A connection to where a program says that it listens.</summary>
    /// <exception cref="ConsoleException">That is no Unix socket.</exception>
    internal static ConsoleConnection To(string listening) =>
        listening.StartsWith(Prefix, StringComparison.Ordinal)
            ? new ConsoleConnection(new UnixDomainSocketEndPoint(listening[Prefix.Length..]))
            : throw new ConsoleException($"it listens at {listening}, and should on a Unix socket");

    /// <summary>Has the program answer a request.</summary>
    /// <returns>False when it did not, and nothing was said to the client yet.</returns>
    internal async Task<bool> TryForwardAsync(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = MostBytes;
        if (http.Request.ContentLength > MostBytes)
        {
            http.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            return true;
        }

        var error = await _forwarder.SendAsync(http, Destination, _invoker, Settings, ToConsole.Instance);
        if (error == ForwarderError.None || http.RequestAborted.IsCancellationRequested)
            return true;
        if (!http.Response.HasStarted)
            return http.Response.StatusCode < StatusCodes.Status500InternalServerError;
        http.Abort(); // half of an answer is not to be taken for all of it
        return true;
    }

    public ValueTask DisposeAsync()
    {
        _invoker.Dispose();
        return _services.DisposeAsync();
    }

    private static async ValueTask<Stream> ConnectAsync(
        UnixDomainSocketEndPoint endPoint,
        CancellationToken cancellation
    )
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(endPoint, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Says whom and how the browser has asked; what the browser itself says of that is not believed.
    /// </summary>
    private sealed class ToConsole : HttpTransformer
    {
        internal static readonly ToConsole Instance = new();

        private static readonly string[] NotBelieved =
        [
            "Forwarded",
            "X-Forwarded-For",
            "X-Forwarded-Host",
            "X-Forwarded-Prefix",
            "X-Forwarded-Proto",
        ];

        public override async ValueTask TransformRequestAsync(
            HttpContext httpContext,
            HttpRequestMessage proxyRequest,
            string destinationPrefix,
            CancellationToken cancellationToken
        )
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
            var headers = proxyRequest.Headers;
            foreach (var name in NotBelieved)
                headers.Remove(name);
            headers.Host = httpContext.Request.Host.Value;
            headers.TryAddWithoutValidation("X-Forwarded-For", $"{httpContext.Connection.RemoteIpAddress}");
            headers.TryAddWithoutValidation("X-Forwarded-Proto", httpContext.Request.Scheme);
        }
    }
}
