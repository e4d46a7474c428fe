using Estiba.Contracts;
using Estiba.Contracts.Signing;
using Estiba.Gateway.Authentication;
using Estiba.Gateway.Protocols;
using Estiba.State;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Estiba.Gateway.Doors;

/// <summary>Lets requests through one door: proves the caller where the door demands it, and answers for a room that fails.</summary>
internal sealed partial class DoorKeeper(Door door, Authenticator authenticator, ILogger<DoorKeeper> logger)
{
    public PathString Path => door.Path;

    public async Task HandleAsync(HttpContext http)
    {
        try
        {
            await door.Handle(http, Caller(http));
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has left.
        }
        catch (Exception exception) when (!http.Response.HasStarted)
        {
            await RefuseAsync(http, Error(http, exception));
        }
    }

    private CallContext? Caller(HttpContext http)
    {
        if (door.Action is not { } action)
            return null;
        var caller = authenticator.Authenticate(new SignedRequest(http), [], action[..action.IndexOf(':', StringComparison.Ordinal)]);
        return caller.May(action) ? caller.Context(http.TraceIdentifier) : throw WireProtocol.Json.NotAuthorized(caller.PrincipalArn, action);
    }

    private AwsException Error(HttpContext http, Exception exception)
    {
        switch (exception)
        {
            case AwsException error:
                return error;
            case SignatureException fault:
                return WireProtocol.Json.NotAuthentic(fault);
            case BadHttpRequestException bad:
                return new AwsException("InvalidRequest", bad.Message, bad.StatusCode);
            default:
                Log.Failed(logger, http.TraceIdentifier, http.Request.Method, http.Request.Path, exception);
                return exception is JournalException
                    ? WireProtocol.Json.Unavailable(exception.Message)
                    : WireProtocol.Json.Internal(http.TraceIdentifier);
        }
    }

    private static async Task RefuseAsync(HttpContext http, AwsException error)
    {
        using var output = new PooledBuffer();
        WireProtocol.Json.WriteError(output, service: null, error, http.TraceIdentifier);
        http.Response.Clear();
        http.Response.StatusCode = error.StatusCode;
        http.Response.ContentType = WireProtocol.Json.ContentType;
        http.Response.ContentLength = output.Written.Length;
        http.Response.Headers["x-amzn-RequestId"] = http.TraceIdentifier;
        await http.Response.BodyWriter.WriteAsync(output.Written, http.RequestAborted);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "Request {RequestId} ({Method} {Path}) failed")]
        public static partial void Failed(ILogger logger, string requestId, string method, string path, Exception exception);
    }
}
