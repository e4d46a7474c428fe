using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using Estiba.LoadBalancing.Traffic.Targets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Forwarder;

namespace Estiba.LoadBalancing.Traffic.Forwarding;

/// <summary>One request and its answer on a connection to a target.</summary>
internal sealed class Http1Exchange(HttpContext http, ForwardedRequest request, Http1Connection connection)
{
    /// <summary>How long all headers of a response may be ("Quotas for your Application Load Balancers").</summary>
    private const int LongestHead = 32 << 10;

    /// <summary>How much is received of a body at once: little at first, and more while there is more.</summary>
    private const int LeastPiece = 4 << 10;
    private const int MostPiece = 64 << 10;

    private ForwarderError _failure = ForwarderError.Request;
    private bool _hasReceived;

    /// <summary>Whether another request may follow on the connection.</summary>
    public bool LeavesConnectionUsable { get; private set; }

    /// <summary>Whether the target had closed the connection before the request came to it, as it may at any time, and
    /// the request can be sent over another one.</summary>
    public bool MetClosedConnection { get; private set; }

    /// <summary>Sends the request and forwards the answer.</summary>
    /// <param name="head">The request's head.</param>
    /// <param name="body">How its body is framed.</param>
    public async Task<ForwardingResult> RunAsync(ReadOnlyMemory<byte> head, RequestBody body)
    {
        Task<ForwardingResult>? sending = null;
        var aborted = http.RequestAborted.UnsafeRegister(
            static connection => ((Http1Connection)connection!).Abort(),
            connection
        );
        try
        {
            connection.Begin(request.Listener.Attributes.IdleTimeout);
            await connection.SendAsync(head);
            if (body != RequestBody.None)
                sending = SendBodyAsync(http.Request.BodyReader, body);
            var answer = await ReceiveHeadAsync();
            _failure = ForwarderError.ResponseHeaders;
            WriteHead(answer);
            _failure = ForwarderError.ResponseBodyDestination;
            var hasEnd = await ForwardBodyAsync(answer);
            LeavesConnectionUsable =
                hasEnd
                && answer.KeepsConnection
                && connection.Received.IsEmpty
                && (sending is null || (sending.IsCompletedSuccessfully && (await sending) == ForwardingResult.Done));
            return ForwardingResult.Done;
        }
        catch (Exception failure)
            when (failure is IOException or SocketException or OperationCanceledException or InvalidOperationException)
        {
            LeavesConnectionUsable = false;
            MetClosedConnection = MayBeSentAgain(body);
            var reason = Reason();
            connection.Abort();
            return sending is not null && await sending is { Error: ForwarderError.RequestBodyClient } sent
                ? sent
                : new ForwardingResult(reason, failure);
        }
        finally
        {
            await aborted.DisposeAsync();
            await EndAsync(sending);
        }
    }

    private async Task EndAsync(Task? sending)
    {
        if (LeavesConnectionUsable)
            return;
        // Of a request that is answered nobody needs the rest.
        connection.Abort();
        if (sending is not null)
            await sending;
        connection.Dispose();
    }

    private ForwarderError Reason() =>
        http.RequestAborted.IsCancellationRequested ? ForwarderError.RequestCanceled
        : !connection.WasSilent ? _failure
        : http.Response.HasStarted ? ForwarderError.ResponseBodyCanceled
        : ForwarderError.RequestTimedOut;

    private bool MayBeSentAgain(RequestBody body) =>
        connection.IsReused
        && !_hasReceived
        && !connection.WasSilent
        && !http.RequestAborted.IsCancellationRequested
        && body == RequestBody.None
        && RequestRouter.IsIdempotent(http.Request.Method);

    private async ValueTask<ResponseHead> ReceiveHeadAsync()
    {
        var interim = 0;
        for (var known = 0; ; )
        {
            var end = ResponseHead.EndOf(connection.Received, known);
            if (end < 0)
            {
                known = connection.Received.Length;
                if (interim + known > LongestHead)
                    break;
                await ReceiveAsync();
                continue;
            }
            if (interim + end > LongestHead)
                break;
            var head = ResponseHead.Parse(connection.Received[..end]);
            if (!head.IsInterim)
                return head;
            if (head.Status == StatusCodes.Status101SwitchingProtocols)
                throw HeaderFields.Malformed("another protocol");
            connection.Consume(end);
            interim += end;
            known = 0;
        }
        throw HeaderFields.Malformed("too long a head");
    }

    private void WriteHead(ResponseHead head)
    {
        request.Answered(head.Status);
        var response = http.Response;
        response.StatusCode = head.Status;
        if (head.Reason is not null && !HttpProtocol.IsHttp2(http.Request.Protocol))
            http.Features.Get<IHttpResponseFeature>()!.ReasonPhrase = head.Reason;
        if (head.Status != StatusCodes.Status204NoContent)
            response.ContentLength = head.ContentLength;
        Copy(connection.Received[head.FieldsAt..head.Length], response.Headers);
        connection.Consume(head.Length);
        request.AddCookies(http);
    }

    private static void Copy(ReadOnlySpan<byte> lines, IHeaderDictionary headers)
    {
        for (var fields = new HeaderFields(lines); fields.MoveNext(); )
        {
            if (fields.Is("Content-Length"u8))
                continue;
            var name = Encoding.Latin1.GetString(fields.Name);
            if (!HopByHop.Has(name))
                headers[name] = StringValues.Concat(headers[name], Encoding.Latin1.GetString(fields.Value));
        }
    }

    /// <returns>Whether the body ended before the connection.</returns>
    private async ValueTask<bool> ForwardBodyAsync(ResponseHead head)
    {
        var (end, length) = head.BodyOf(http.Request.Method);
        switch (end)
        {
            case BodyEnd.Chunk:
                await ForwardChunksAsync(http.Response.BodyWriter);
                return true;
            case BodyEnd.Connection:
                await ForwardAsync(http.Response.BodyWriter, long.MaxValue);
                return false;
            default:
                if (length > 0 && await ForwardAsync(http.Response.BodyWriter, length) > 0)
                    throw Closed();
                return true;
        }
    }

    /// <summary>Forwards so many bytes, or all until the connection ends.</summary>
    /// <returns>How many have not come.</returns>
    private async ValueTask<long> ForwardAsync(PipeWriter writer, long length)
    {
        var left = length;
        var piece = LeastPiece;
        if (!connection.Received.IsEmpty)
        {
            var count = (int)Math.Min(left, connection.Received.Length);
            connection.Received[..count].CopyTo(writer.GetSpan(count));
            writer.Advance(count);
            connection.Consume(count);
            left -= count;
            await FlushAsync(writer);
        }
        while (left > 0)
        {
            var most = (int)Math.Min(left, piece);
            var count = await connection.ReceiveAsync(writer.GetMemory(most)[..most]);
            if (count == 0)
                break;
            writer.Advance(count);
            left -= count;
            if (count == piece)
                piece = Math.Min(piece * 2, MostPiece);
            await FlushAsync(writer);
        }
        return left;
    }

    private async ValueTask ForwardChunksAsync(PipeWriter writer)
    {
        for (var chunks = new ChunkedBody(); ; )
        {
            var (read, written) = chunks.Read(connection.Received, writer);
            connection.Consume(read);
            if (written > 0)
                await FlushAsync(writer);
            if (chunks.HasEnded)
                break;
            await ReceiveAsync();
        }
        await ForwardTrailersAsync();
    }

    private async ValueTask ForwardTrailersAsync()
    {
        var known = 0;
        int end;
        while ((end = ChunkedBody.EndOfTrailers(connection.Received, known)) < 0)
        {
            known = connection.Received.Length;
            if (known > LongestHead)
                throw HeaderFields.Malformed("too many trailers");
            await ReceiveAsync();
        }
        if (http.Features.Get<IHttpResponseTrailersFeature>()?.Trailers is { IsReadOnly: false } trailers)
            Copy(connection.Received[..end], trailers);
        connection.Consume(end);
    }

    private async ValueTask ReceiveAsync()
    {
        if (!await connection.ReceiveAsync())
            throw Closed();
        _hasReceived = true;
        connection.Moved();
    }

    private async ValueTask FlushAsync(PipeWriter writer)
    {
        connection.Moved();
        try
        {
            await writer.FlushAsync(connection.Ended);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            _failure = ForwarderError.ResponseBodyClient;
            throw;
        }
        connection.Moved();
    }

    /// <summary>Sends the request's body while it comes.</summary>
    private async Task<ForwardingResult> SendBodyAsync(PipeReader reader, RequestBody body)
    {
        using var piece = new PooledWriter(LeastPiece);
        var isReading = true;
        try
        {
            for (var isLast = false; !isLast; )
            {
                isReading = true;
                var read = await reader.ReadAsync(connection.Ended);
                isReading = false;
                isLast = read.IsCompleted;
                piece.Clear();
                Write(piece, read.Buffer, body, isLast);
                reader.AdvanceTo(read.Buffer.End);
                connection.Moved();
                await connection.SendAsync(piece.Written);
                connection.Moved();
            }
            return ForwardingResult.Done;
        }
        catch (Exception failure)
            when (failure is IOException or SocketException or OperationCanceledException or InvalidOperationException)
        {
            // What a target says before it closes the connection may still be its answer.
            if (!isReading)
                return new ForwardingResult(ForwarderError.RequestBodyDestination, failure);
            if (failure is OperationCanceledException)
                return new ForwardingResult(ForwarderError.RequestBodyCanceled, failure);
            connection.Abort();
            return new ForwardingResult(ForwarderError.RequestBodyClient, failure);
        }
    }

    private static void Write(PooledWriter piece, ReadOnlySequence<byte> bytes, RequestBody body, bool isLast)
    {
        var isChunk = body == RequestBody.Chunks && !bytes.IsEmpty;
        if (isChunk)
            piece.Write(string.Create(CultureInfo.InvariantCulture, $"{bytes.Length:x}\r\n"));
        foreach (var part in bytes)
            piece.Write(part.Span);
        if (isChunk)
            piece.Write("\r\n"u8);
        if (isLast && body == RequestBody.Chunks)
            piece.Write("0\r\n\r\n"u8);
    }

    private static HttpIOException Closed() =>
        new(HttpRequestError.ResponseEnded, "The target has closed the connection before its answer was complete.");
}
