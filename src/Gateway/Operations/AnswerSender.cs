using Estiba.Contracts.Protocols;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Estiba.Gateway.Operations;

/// <summary>Sends answers as protocols have written them.</summary>
internal static class AnswerSender
{
    public static async Task SendAsync(HttpContext http, WireAnswer answer)
    {
        var response = http.Response;
        response.StatusCode = answer.Status;
        response.ContentType = answer.ContentType;
        if (answer.Status == StatusCodes.Status405MethodNotAllowed)
            response.Headers.Allow = HttpMethods.Post;
        foreach (var (name, value) in answer.Headers)
            response.Headers[name] = value;
        response.Headers["x-amzn-RequestId"] = http.TraceIdentifier;
        var isHead = HttpMethods.IsHead(http.Request.Method);
        try
        {
            if (isHead)
                SetLength(response, answer);
            else if (answer.Stream is not null)
                await SendStreamAsync(http, answer.Stream);
            else if (answer.Frames is not null)
                await SendFramesAsync(http, answer);
            else
                await SendBodyAsync(http, answer.Body.Written);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ConnectionAbortedException)
        {
            // The client has left while it was being answered.
        }
        finally
        {
            if (answer.Stream is not null)
                await answer.Stream.DisposeAsync();
        }
    }

    // The length that the answer to a GET would have may be among the answer's own headers.
    private static void SetLength(HttpResponse response, WireAnswer answer) =>
        response.ContentLength ??= answer.Body.Written.Length;

    private static async Task SendBodyAsync(HttpContext http, ReadOnlyMemory<byte> body)
    {
        if (http.Response.StatusCode is StatusCodes.Status204NoContent or StatusCodes.Status304NotModified)
            return;
        http.Response.ContentLength = body.Length;
        await http.Response.BodyWriter.WriteAsync(body, http.RequestAborted);
    }

    private static async Task SendStreamAsync(HttpContext http, Stream stream)
    {
        if (stream.CanSeek)
            http.Response.ContentLength ??= stream.Length - stream.Position;
        await stream.CopyToAsync(http.Response.Body, http.RequestAborted);
    }

    // Each event goes at once: the next may be long in coming.
    private static async Task SendFramesAsync(HttpContext http, WireAnswer answer)
    {
        await http.Response.StartAsync(http.RequestAborted);
        await http.Response.BodyWriter.WriteAsync(answer.Body.Written, http.RequestAborted);
        await foreach (var frame in answer.Frames!.WithCancellation(http.RequestAborted))
            await http.Response.BodyWriter.WriteAsync(frame, http.RequestAborted);
    }
}
