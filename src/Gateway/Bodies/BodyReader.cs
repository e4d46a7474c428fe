using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.IO.Pipelines;
using Estiba.Contracts;
using Estiba.Contracts.Protocols;
using Estiba.Contracts.Signing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using BadHttpRequestException = Microsoft.AspNetCore.Http.BadHttpRequestException;

namespace Estiba.Gateway.Bodies;

/// <summary>Reads whole bodies, in the time and the memory that the gateway's limits allow.</summary>
internal sealed class BodyReader(GatewayLimits limits, Leftovers leftovers)
{
    /// <summary>
    /// What may stay in the server's own memory; larger bodies get memory that is given back at once.
    /// </summary>
    private const int SmallBody = 64 * 1024;

    private const int Step = 256 * 1024;

    private readonly BodyBudget _budget = new(limits.MaxBodyBytesInFlight);
    private readonly MinDataRate _rate = new(limits.MinBodyBytesPerSecond, limits.BodyGrace);

    /// <summary>Reads all of a body.</summary>
    /// <param name="http">The request.</param>
    /// <param name="limit">How many bytes it may have.</param>
    /// <exception cref="BodyException">It is too large, comes too slowly, or there is no room for it now.</exception>
    /// <exception cref="BadHttpRequestException">It is not as it says to be.</exception>
    public async ValueTask<RequestBody> ReadAsync(HttpContext http, int limit)
    {
        var length = http.Request.ContentLength;
        if (length is 0)
            return RequestBody.Empty;
        if (length > limit)
            throw new BodyException(BodyFault.TooLarge, limit);
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = _rate;

        var held = new RequestBody(_budget, leftovers);
        try
        {
            var small = (int)Math.Min(length ?? SmallBody, SmallBody);
            if (!held.TryTake(small, forSmallBody: true))
                throw new BodyException(BodyFault.OutOfMemory, limit);
            await ReadAsync(http, held, (int)(length ?? limit), limit);
            return held;
        }
        catch (IOException broken) when (broken is not BadHttpRequestException)
        {
            // Kestrel's own word for a chunk whose size is no number, and for a client that leaves in the middle.
            held.Dispose();
            throw new BadHttpRequestException("The body is not complete.", StatusCodes.Status400BadRequest, broken);
        }
        catch (OperationCanceledException left)
        {
            held.Dispose();
            throw new BadHttpRequestException("The client has left.", StatusCodes.Status400BadRequest, left);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>A body that is read while it comes, and must be what the request says of it.</summary>
    /// <param name="http">The request.</param>
    /// <param name="request">The request as its protocol sees it.</param>
    /// <param name="payload">What the signature covers of the body: a hash in hexadecimal digits, or a word.</param>
    /// <param name="chunks">The signatures of a body's chunks; null where nobody can check them.</param>
    /// <exception cref="AwsException">A checksum that it tells is none, or it does not tell its length.</exception>
    public Stream Stream(HttpContext http, WireRequest request, string payload, ChunkSignatures? chunks)
    {
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = _rate;
        if (ChunkedPayload.Find(payload) is not { } chunked)
        {
            var whole = BodyChecksums.Of(request, payload.All(char.IsAsciiHexDigit) ? payload : null);
            return new CheckedStream(http.Request.Body, whole);
        }

        var checksums = BodyChecksums.Of(request);
        var trailer = (chunked.HasTrailer ? request.Header("x-amz-trailer") : null)?.Split(
            ',',
            StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries
        );
        foreach (var header in trailer ?? [])
            checksums.Await(header);
        var body = new ChunkedBody(
            http.Request.BodyReader,
            checksums,
            DecodedLength(request),
            trailer ?? [],
            chunked.IsSigned ? chunks : null
        );
        return new CheckedStream(body, checksums);
    }

    private static long DecodedLength(WireRequest request) =>
        long.TryParse(
            request.Header("x-amz-decoded-content-length"),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var length
        )
            ? length
            : throw new AwsException(
                "MissingContentLength",
                "You must provide the Content-Length HTTP header.",
                StatusCodes.Status411LengthRequired
            );

    /// <summary>Unpacks a body that was compressed with gzip, into memory of the same budget.</summary>
    /// <param name="packed">The body as it was sent; still the caller's.</param>
    /// <param name="limit">How many bytes may come out of it.</param>
    /// <exception cref="BodyException">It is too large, is no gzip, or there is no room for it now.</exception>
    public RequestBody Unpack(RequestBody packed, int limit)
    {
        var held = new RequestBody(_budget, leftovers);
        var step = ArrayPool<byte>.Shared.Rent(SmallBody);
        try
        {
            using var source = PipeReader.Create(new ReadOnlySequence<byte>(packed.Memory)).AsStream();
            using var gzip = new GZipStream(source, CompressionMode.Decompress);
            held.Map(limit);
            while (gzip.Read(step) is var count and > 0)
            {
                if (held.Length + count > limit)
                    throw new BodyException(BodyFault.TooLarge, limit);
                if (!Reserve(held, count))
                    throw new BodyException(BodyFault.OutOfMemory, limit);
                held.Append(new ReadOnlySequence<byte>(step, 0, count));
            }

            return held;
        }
        catch (InvalidDataException)
        {
            held.Dispose();
            throw new BodyException(BodyFault.NotUnpacked, limit);
        }
        catch
        {
            held.Dispose();
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(step);
        }
    }

    private async ValueTask ReadAsync(HttpContext http, RequestBody held, int most, int limit)
    {
        var reader = http.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(CancellationToken.None); // a body ends with its connection
            if (read.Buffer.Length > limit)
            {
                reader.AdvanceTo(read.Buffer.End);
                throw new BodyException(BodyFault.TooLarge, limit);
            }

            if (read.IsCompleted && read.Buffer.Length <= SmallBody)
            {
                held.Keep(reader, read.Buffer);
                return;
            }

            if (read.Buffer.Length > SmallBody)
            {
                if (!Reserve(held, (int)read.Buffer.Length))
                {
                    reader.AdvanceTo(read.Buffer.End);
                    throw new BodyException(BodyFault.OutOfMemory, limit);
                }

                held.Move(reader, read.Buffer, most);
                if (!read.IsCompleted)
                    await ReadLargeAsync(reader, held, limit);
                return;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private async ValueTask ReadLargeAsync(PipeReader reader, RequestBody held, int limit)
    {
        // A token would leave the server in the middle of a read, and unable to answer on the same connection.
        using var deadline = new CancellationTokenSource(limits.BodyDeadline);
        await using var registration = deadline.Token.Register(reader.CancelPendingRead);
        while (true)
        {
            var read = await reader.ReadAsync(CancellationToken.None);
            var fault =
                read.IsCanceled ? BodyFault.TooSlow
                : held.Length + read.Buffer.Length > limit ? BodyFault.TooLarge
                : !Reserve(held, (int)read.Buffer.Length) ? BodyFault.OutOfMemory
                : (BodyFault?)null;
            if (fault is null)
                held.Append(read.Buffer);
            reader.AdvanceTo(read.Buffer.End);
            if (fault is { } why)
                throw new BodyException(why, limit);
            if (read.IsCompleted)
                return;
        }
    }

    private static bool Reserve(RequestBody held, int more) =>
        held.Length + more <= held.Taken || held.TryTake(Math.Max(more, Step), forSmallBody: false);
}
