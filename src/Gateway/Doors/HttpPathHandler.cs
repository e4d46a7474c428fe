using Estiba.Contracts;
using Estiba.Contracts.Protocols;
using Estiba.Contracts.Signing;
using Estiba.Gateway.Authentication;
using Estiba.Gateway.Operations;
using Estiba.Hosting.Http;
using Estiba.Listeners;
using Estiba.State;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Estiba.Gateway.Doors;

/// <summary>
/// Lets requests through to one path of a module: proves the caller where the path demands it, and answers for a module
/// that fails.
/// </summary>
internal sealed partial class HttpPathHandler(
    HttpPath path,
    Authenticator authenticator,
    Admission admission,
    ILogger<HttpPathHandler> logger
)
{
    public PathString Path => path.Path;

    public async Task HandleAsync(HttpContext http)
    {
        try
        {
            await path.Handle(http, await CallerAsync(http));
        }
        catch (Exception exception) when (http.RequestAborted.IsCancellationRequested)
        {
            ClientFault.EndConnection(exception, http); // and nobody waits for an answer
        }
        catch (Exception exception) when (!http.Response.HasStarted)
        {
            await RefuseAsync(http, Error(http, exception), exception);
        }
    }

    private async ValueTask<CallContext?> CallerAsync(HttpContext http)
    {
        if (path.Action is not { } action)
            return null;
        var caller = authenticator.Authenticate(
            new SignedRequest(http),
            [],
            action[..action.IndexOf(':', StringComparison.Ordinal)]
        );
        var context = caller.Context(http);
        var decision = await admission.DecideAsync(
            action,
            path.ResourceOf(http, context),
            context,
            http.RequestAborted
        );
        return decision.Refusal is { } refusal ? throw Protocol.Json11.NotAuthorized(refusal) : context;
    }

    private AwsException Error(HttpContext http, Exception exception)
    {
        switch (exception)
        {
            case AwsException error:
                return error;
            case SignatureException fault:
                return Protocol.Json11.NotAuthentic(fault);
            case BadHttpRequestException bad:
                return new AwsException("InvalidRequest", bad.Message, bad.StatusCode);
            case var broken when ClientFault.IsOne(broken, http):
                return new AwsException("InvalidRequest", broken.Message, StatusCodes.Status400BadRequest);
            default:
                Log.Failed(logger, http.TraceIdentifier, http.Request.Method, http.Request.Path, exception);
                return exception is JournalException
                    ? Protocol.Json11.Unavailable(exception.Message)
                    : Protocol.Json11.Internal(http.TraceIdentifier);
        }
    }

    private static async Task RefuseAsync(HttpContext http, AwsException error, Exception exception)
    {
        using var output = new PooledBuffer();
        var answer = new WireAnswer(output);
        Protocol.Json11.WriteError(answer, service: null, error, http.TraceIdentifier);
        http.Response.Clear();
        ClientFault.EndConnection(exception, http);
        await AnswerSender.SendAsync(http, answer);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Request {RequestId} ({Method} {Path}) failed")]
        public static partial void Failed(
            ILogger logger,
            string requestId,
            string method,
            string path,
            Exception exception
        );
    }
}
