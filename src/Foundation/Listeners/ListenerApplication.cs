using Estiba.Listeners.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Estiba.Listeners;

/// <summary>
/// Puts who answers behind Kestrel without a host around it, and uses a connection's context again for its next
/// request.
/// </summary>
internal sealed partial class ListenerApplication(RequestDelegate answer, ILogger logger)
    : IHttpApplication<HttpContext>
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
        var ticket = context.Features.Get<ConnectionTicket>();
        ticket?.Begin();
        try
        {
            await answer(context);
        }
        catch (Exception exception)
        {
            // Nothing is thrown on: the server would log it once more, with all of its own calls.
            if (ClientFault.IsOne(exception, context))
                Log.Broken(logger, context.TraceIdentifier, exception.Message);
            else
                Log.Failed(logger, context.TraceIdentifier, exception);
            End(context.Response, exception);
        }
        finally
        {
            ticket?.End();
        }
    }

    private static void End(HttpResponse response, Exception exception)
    {
        if (response.HasStarted)
        {
            response.HttpContext.Abort();
            return;
        }

        response.Clear();
        ClientFault.EndConnection(exception, response.HttpContext);
        response.StatusCode = (exception as BadHttpRequestException)?.StatusCode
            ?? StatusCodes.Status500InternalServerError;
    }

    public void DisposeContext(HttpContext context, Exception? exception) =>
        (context as DefaultHttpContext)?.Uninitialize();

    private static partial class Log
    {
        [LoggerMessage(2, LogLevel.Information, "Request {RequestId} was not answered: {Reason}")]
        public static partial void Broken(ILogger logger, string requestId, string reason);

        [LoggerMessage(1, LogLevel.Error, "Request {RequestId} failed while it was being answered")]
        public static partial void Failed(ILogger logger, string requestId, Exception exception);
    }
}
