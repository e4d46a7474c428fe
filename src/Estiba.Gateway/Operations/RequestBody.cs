using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace Estiba.Gateway.Operations;

/// <summary>A request's whole body, in the server's own memory for as long as it is not disposed.</summary>
internal readonly struct RequestBody : IDisposable
{
    private readonly PipeReader? _reader;
    private readonly SequencePosition _end;

    private RequestBody(PipeReader reader, ReadOnlySequence<byte> buffer)
    {
        _reader = reader;
        _end = buffer.End;
        Memory = buffer.IsSingleSegment ? buffer.First : buffer.ToArray();
    }

    public ReadOnlyMemory<byte> Memory { get; }

    /// <summary>Reads all of the body; null when it is larger than the limit.</summary>
    public static async ValueTask<RequestBody?> ReadAsync(HttpContext http, int limit)
    {
        if (http.Request.ContentLength is 0)
            return default(RequestBody);
        if (http.Request.ContentLength > limit)
            return null;

        var reader = http.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(http.RequestAborted);
            if (read.Buffer.Length > limit)
            {
                reader.AdvanceTo(read.Buffer.End);
                return null;
            }

            if (read.IsCompleted)
                return new RequestBody(reader, read.Buffer);
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    public void Dispose() => _reader?.AdvanceTo(_end);
}
