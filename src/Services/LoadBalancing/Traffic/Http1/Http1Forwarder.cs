using System.Buffers;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace Estiba.LoadBalancing.Traffic.Http1;

/// <summary>
/// Carries requests to targets that speak HTTP/1.1, and their answers back: straight between the client's pipes and the
/// target's socket.
/// </summary>
internal static class Http1Forwarder
{
    /// <summary>How large a buffer is that is kept for the next head.</summary>
    private const int UsualHeadBytes = 16 * 1024;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _head;

    /// <summary>Carries a request. The response has begun when it failed later than before the target's answer.</summary>
    /// <param name="http">The client's request and response.</param>
    /// <param name="request">What is changed on the way.</param>
    /// <param name="connections">To the group's targets.</param>
    /// <param name="target">Whom to ask.</param>
    /// <param name="patience">How long nothing may happen.</param>
    public static async ValueTask<ForwardOutcome> SendAsync(
        HttpContext http,
        ForwardedRequest request,
        TargetConnections connections,
        IPEndPoint target,
        TimeSpan patience
    )
    {
        var hasBody = http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true;
        while (true)
        {
            var connection = connections.TakeIdle(target);
            try
            {
                connection ??= await connections.OpenAsync(target, http.RequestAborted);
            }
            catch (TargetUnreachableException unreachable)
            {
                return new ForwardOutcome(ForwarderError.Request, unreachable.Message, IsUnreachable: true);
            }
            catch (OperationCanceledException)
            {
                return new ForwardOutcome(ForwarderError.RequestCanceled);
            }

            var outcome = await ExchangeAsync(http, request, connections, connection, hasBody, patience);
            // A target may close a connection in the moment in which it is used again: it has not seen the request.
            var again =
                outcome.Error == ForwarderError.Request
                && connection is { IsReused: true, HasAnswered: false, WhyAborted: Aborted.Not }
                && !hasBody
                && RequestRouter.IsIdempotent(http.Request.Method);
            if (!again)
                return outcome;
        }
    }

    private static async ValueTask<ForwardOutcome> ExchangeAsync(
        HttpContext http,
        ForwardedRequest request,
        TargetConnections connections,
        TargetConnection connection,
        bool hasBody,
        TimeSpan patience
    )
    {
        connection.Begin(patience);
        var kept = false;
        var sending = Task.FromResult(true);
        // Who aborts the connection ends whatever waits on it.
        var gone = http.RequestAborted.UnsafeRegister(
            static it => ((TargetConnection)it!).Abort(Aborted.ByClient),
            connection
        );
        try
        {
            var chunked = hasBody && http.Request.ContentLength is null;
            await SendHeadAsync(http.Request, request, connection, chunked);
            if (hasBody)
                sending = RequestBody.CopyAsync(http.Request.BodyReader, connection, chunked);
            var head = await ReadHeadAsync(http, connection);
            request.Answered(http, head.Status);
            // From now on what is written goes straight to the client's pipe; nothing is sent by it yet.
            await http.Response.StartAsync();
            if (!await new ResponseBody(connection, http.Response).CopyAsync(head))
                return new ForwardOutcome(ForwarderError.ResponseBodyClient);
            kept = head.KeepsAlive && connection.Buffered.IsEmpty && sending.IsCompleted && await sending;
            return new ForwardOutcome(ForwarderError.None);
        }
        catch (IOException failure)
        {
            return Failed(failure, connection, http.Response.HasStarted, sending.IsCompleted);
        }
        finally
        {
            await gone.DisposeAsync();
            if (!sending.IsCompleted)
            {
                // The answer is there, or there will be none: nobody wants the rest of the request.
                connection.Abort(Aborted.Done);
                http.Request.BodyReader.CancelPendingRead();
                await sending;
            }

            if (kept && connection.WhyAborted == Aborted.Not)
                connections.Keep(connection);
            else
                connections.Close(connection);
        }
    }

    private static ValueTask SendHeadAsync(
        HttpRequest request,
        ForwardedRequest forwarded,
        TargetConnection connection,
        bool chunked
    )
    {
        var output = _head ?? new ArrayBufferWriter<byte>(1024);
        _head = null;
        RequestHead.Write(output, request, forwarded, chunked);
        var sent = connection.WriteAsync(output.WrittenMemory);
        // Most writes are done at once; one that is not keeps its buffer.
        if (sent.IsCompletedSuccessfully && output.Capacity <= UsualHeadBytes)
        {
            output.ResetWrittenCount();
            _head = output;
        }

        return sent;
    }

    private static async ValueTask<ResponseHead> ReadHeadAsync(HttpContext http, TargetConnection connection)
    {
        while (true)
        {
            int end;
            while ((end = ResponseHead.Find(connection.Buffered)) < 0)
            {
                if (connection.Buffered.Length > ResponseHead.Longest)
                    throw new BadResponseException("Its headers do not end.");
                if (!await connection.FillAsync())
                    throw new IOException("The target closed without an answer.");
            }

            var head = ResponseHead.Read(
                connection.Buffered[..end],
                HttpMethods.IsHead(http.Request.Method),
                http.Response
            );
            connection.Consume(end);
            if (!head.IsInterim)
                return head;
        }
    }

    private static ForwardOutcome Failed(
        IOException failure,
        TargetConnection connection,
        bool hasStarted,
        bool isSent
    ) =>
        new(
            connection.WhyAborted switch
            {
                Aborted.BodyBroken => ForwarderError.RequestBodyClient,
                Aborted.ByClient => hasStarted ? ForwarderError.ResponseBodyCanceled : ForwarderError.RequestCanceled,
                Aborted.Silent when !hasStarted => isSent
                    ? ForwarderError.RequestTimedOut
                    : ForwarderError.RequestBodyCanceled,
                _ => hasStarted ? ForwarderError.ResponseBodyDestination : ForwarderError.Request,
            },
            failure.Message
        );
}

/// <summary>How the forwarding of a request ended.</summary>
/// <param name="Error">What went wrong.</param>
/// <param name="Reason">In words.</param>
/// <param name="IsUnreachable">Whether the target was not even connected with, so that it cannot have seen the
/// request.</param>
internal readonly record struct ForwardOutcome(ForwarderError Error, string? Reason = null, bool IsUnreachable = false);
