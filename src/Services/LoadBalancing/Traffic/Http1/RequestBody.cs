using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;

namespace Estiba.LoadBalancing.Traffic.Http1;

/// <summary>Carries the body of a client's request to the target, no faster than the target takes it.</summary>
internal static class RequestBody
{
    /// <summary>Copies it to its end.</summary>
    /// <returns>Whether all of it was sent. The connection is given up where the client does not send it to its
    /// end.</returns>
    public static async Task<bool> CopyAsync(PipeReader body, TargetConnection connection, bool chunked)
    {
        while (true)
        {
            ReadResult read;
            try
            {
                read = await body.ReadAsync();
            }
            catch (Exception gone) when (gone is IOException or OperationCanceledException or InvalidOperationException)
            {
                // What the client says is no body, or it is gone: Kestrel throws all of these.
                connection.Abort(Aborted.BodyBroken);
                return false;
            }

            try
            {
                foreach (var piece in read.Buffer)
                    if (!piece.IsEmpty)
                        await SendAsync(piece, connection, chunked);
                if (read is { IsCompleted: true, IsCanceled: false } && chunked)
                    await connection.WriteAsync("0\r\n\r\n"u8.ToArray());
            }
            catch (IOException)
            {
                body.AdvanceTo(read.Buffer.Start);
                return false;
            }

            body.AdvanceTo(read.Buffer.End);
            if (read.IsCanceled)
                return false;
            if (read.IsCompleted)
                return true;
        }
    }

    private static async ValueTask SendAsync(ReadOnlyMemory<byte> piece, TargetConnection connection, bool chunked)
    {
        if (!chunked)
        {
            await connection.WriteAsync(piece);
            return;
        }

        var head = piece.Length.ToString("x", CultureInfo.InvariantCulture);
        var length = head.Length + 4 + piece.Length;
        var frame = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            var at = Encoding.ASCII.GetBytes(head, frame);
            "\r\n"u8.CopyTo(frame.AsSpan(at));
            piece.Span.CopyTo(frame.AsSpan(at + 2));
            "\r\n"u8.CopyTo(frame.AsSpan(length - 2));
            await connection.WriteAsync(frame.AsMemory(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(frame);
        }
    }
}
