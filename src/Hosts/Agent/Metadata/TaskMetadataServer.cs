using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Estiba.Agent.Metadata;

/// <summary>Serves a <see cref="TaskMetadataEndpoint"/> over HTTP, to this host and its containers only.</summary>
public sealed class TaskMetadataServer : IAsyncDisposable
{
    private const int MostConnections = 1000;

    /// <summary>"The value is set to 5 seconds as per AWS SDK defaults", as AWS's agent has it.</summary>
    private static readonly TimeSpan HeaderTimeout = TimeSpan.FromSeconds(5);

    private readonly KestrelServer _kestrel;

    private TaskMetadataServer(KestrelServer kestrel) => _kestrel = kestrel;

    /// <summary>Begins to listen.</summary>
    /// <exception cref="IOException">The address or port cannot be listened on; the message says why.</exception>
    public static async Task<TaskMetadataServer> StartAsync(
        TaskMetadataEndpoint endpoint,
        IPEndPoint listenOn,
        ILoggerFactory loggers,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(listenOn);
        var options = new KestrelServerOptions { AddServerHeader = false };
        options.Limits.MaxConcurrentConnections = MostConnections;
        options.Limits.RequestHeadersTimeout = HeaderTimeout;
        options.Listen(listenOn, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(KeepOthersOut);
        });
        var server = new TaskMetadataServer(
            new KestrelServer(
                Options.Create(options),
                new SocketTransportFactory(Options.Create(new SocketTransportOptions()), loggers),
                loggers
            )
        );
        try
        {
            await server._kestrel.StartAsync(new Application(endpoint), cancellation);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Takes no more questions.</summary>
    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _kestrel.StopAsync(now.Token);
        _kestrel.Dispose();
    }

    private static ConnectionDelegate KeepOthersOut(ConnectionDelegate next) =>
        connection =>
        {
            if (connection.RemoteEndPoint is IPEndPoint remote && LocalCallers.Admits(remote.Address))
                return next(connection);
            connection.Abort();
            return Task.CompletedTask;
        };

    /// <summary>One question, one answer; Kestrel alone, without a host around it.</summary>
    private sealed class Application(TaskMetadataEndpoint endpoint) : IHttpApplication<HttpContext>
    {
        public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

        public async Task ProcessRequestAsync(HttpContext context)
        {
            if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
            {
                context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
                return;
            }

            var answer = await endpoint.AnswerAsync(context.Request.Path.Value ?? "", context.RequestAborted);
            context.Response.StatusCode = answer.Status;
            context.Response.ContentType = answer.ContentType;
            await context.Response.WriteAsync(answer.Text, context.RequestAborted);
        }

        public void DisposeContext(HttpContext context, Exception? exception)
        {
            // It holds nothing.
        }
    }
}
