using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Estiba.Gateway;

/// <summary>Puts the pipeline behind Kestrel without a host around it, and uses a connection's context again for its next request.</summary>
internal sealed partial class PipelineApplication(RequestPipeline pipeline, ILogger<PipelineApplication> logger) : IHttpApplication<HttpContext>
{
    public HttpContext CreateContext(IFeatureCollection contextFeatures)
    {
        if (contextFeatures is not IHostContextContainer<HttpContext> container)
            return new DefaultHttpContext(contextFeatures);

        if (container.HostContext is DefaultHttpContext used)
        {
            used.Initialize(contextFeatures);
            return used;
        }

        return container.HostContext = new DefaultHttpContext(contextFeatures);
    }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        try
        {
            await pipeline.HandleAsync(context);
        }
        catch (Exception exception) when (!context.RequestAborted.IsCancellationRequested)
        {
            Log.Failed(logger, context.TraceIdentifier, exception);
            throw;
        }
    }

    public void DisposeContext(HttpContext context, Exception? exception) => (context as DefaultHttpContext)?.Uninitialize();

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Request {RequestId} failed while it was being answered")]
        public static partial void Failed(ILogger logger, string requestId, Exception exception);
    }
}
